#include "stepwell/ops/conv/image_convolution.h"

#include <fmt/format.h>

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/conv/group_convolution.h"

namespace stepwell::ops::conv {
namespace {

// The type of the same convolution with its channels first.
TensorType ChannelsFirstType(const Window& window, const TensorType& x, const TensorType& weights) {
  const std::vector<ir::InferContext::InputFacts> facts = {{x}, {weights}};
  const ir::InferContext inputs(facts);
  if (weights.shape.rank() == 5) {
    GroupConvolution op;
    op.window = window;
    return op.Infer(inputs).at(0);
  }
  Convolution op;
  op.window = window;
  return op.Infer(inputs).at(0);
}

}  // namespace

std::vector<TensorType> ImageConvolution::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3, 4);
  const Shape& x = inputs.shape(0);
  if (x.rank() != 4 || !x.is_static() || !inputs.shape(1).is_static()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("an ImageConvolution takes known extents; found {} and {}",
                                                      ToText(x), ToText(inputs.shape(1))));
  }
  const TensorType y = ChannelsFirstType(window, {inputs.dtype(0), Shape{x[0], x[3], x[1], x[2]}}, inputs.type(1));
  const TensorType result{y.dtype, Shape{y.shape[0], y.shape[2], y.shape[3], y.shape[1]}};
  if (inputs.shape(2) != Shape{y.shape[1]} || (inputs.has(3) && inputs.type(3) != result)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the bias or the residual of an ImageConvolution does not fit {}", ToText(result)));
  }
  return {result};
}

}  // namespace stepwell::ops::conv
