#include "stepwell/ops/order/reverse.h"

#include <fmt/format.h>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::order {

std::vector<TensorType> Reverse::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const bool fits = mode == Mode::kMask ? inputs.dtype(1) == DType::kBool : IsInteger(inputs.dtype(1));
  if (!fits) {
    throw Error(
        ErrorKind::kInvalidModel,
        fmt::format("the axes to turn around must be {}; found {}",
                    mode == Mode::kMask ? "booleans (mode mask)" : "integers (mode index)", ToText(inputs.type(1))));
  }
  const auto axes = inputs.ints(1);
  if (mode == Mode::kIndex && axes && inputs.shape(0).has_rank()) NormalizedAxes(*axes, inputs.shape(0).rank());
  return {inputs.type(0)};
}

std::vector<TensorType> ReverseSequence::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& data = inputs.shape(0);
  const Shape& lengths = inputs.shape(1);
  if (!IsInteger(inputs.dtype(1)) || (lengths.has_rank() && lengths.rank() != 1)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the lengths must be a vector of integers; found {}", ToText(inputs.type(1))));
  }
  if (!data.has_rank()) return {inputs.type(0)};
  const int batch = NormalizedAxis(batch_axis, data.rank());
  if (batch == NormalizedAxis(seq_axis, data.rank())) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("batch_axis and seq_axis are both axis {}", batch));
  }
  if (lengths.has_rank() && lengths[0] != data[batch] && lengths[0] != kDynamic && data[batch] != kDynamic) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("there are {} lengths for {} rows", lengths[0], data[batch]));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::order
