#include "stepwell/ops/activation/prelu.h"

#include <fmt/format.h>

namespace stepwell::ops::activation {

Shape SlopeShape(const Shape& slope, const Shape& x) {
  if (slope.rank() == 1 && slope[0] == 1) return {};
  const bool lies_along_axis_1 = slope.rank() == 1 && x.rank() > 1 && DimsAgree(slope[0], x[1]);
  if (!lies_along_axis_1) return slope;
  Shape along = Shape::Filled(x.rank() - 1, 1);
  along[0] = slope[0];
  return along;
}

std::vector<TensorType> PRelu::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& x = inputs.shape(0);
  const Shape& slope = inputs.shape(1);
  if (!IsFloat(inputs.dtype(0)) || inputs.dtype(0) != inputs.dtype(1)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("PRelu takes floats of one type; found {} and {}",
                                                      ToText(inputs.type(0)), ToText(inputs.type(1))));
  }
  if (x.has_rank() && slope.has_rank() && !ShapesAgree(BroadcastShapes(x, SlopeShape(slope, x)), x)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the slope of PRelu must broadcast to {}; found {}", ToText(x), ToText(inputs.type(1))));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::activation
