#include "stepwell/ops/conv/convolution.h"

#include <fmt/format.h>

namespace stepwell::ops::conv {

std::vector<TensorType> Convolution::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& x = inputs.shape(0);
  const Shape& weights = inputs.shape(1);
  const DType dtype = inputs.dtype(0);
  if (dtype != inputs.dtype(1) || !IsFloat(dtype)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the inputs of Convolution must have one float type; found {} and {}",
                            ToText(inputs.type(0)), ToText(inputs.type(1))));
  }
  const int rank = x.has_rank() ? x.rank() : weights.rank();
  if (rank < 0) return {{dtype, Shape::UnknownRank()}};
  const bool same_rank = !x.has_rank() || !weights.has_rank() || x.rank() == weights.rank();
  if (!same_rank || rank < 3 || (x.has_rank() && weights.has_rank() && !DimsAgree(x[1], weights[1]))) {
    throw Error(
        ErrorKind::kInvalidModel,
        fmt::format("Convolution takes [batch, channels, spatial...] and [outputs, channels, taps...]; found {} "
                    "and {}",
                    ToText(x), ToText(weights)));
  }
  RequireWindow(window, rank - 2);
  Shape result{x.has_rank() ? x[0] : kDynamic, weights.has_rank() ? weights[0] : kDynamic};
  for (int axis = 2; axis < rank; ++axis) {
    const Dim input = x.has_rank() ? x[axis] : kDynamic;
    const Dim kernel = weights.has_rank() ? weights[axis] : kDynamic;
    result.Append(WindowAlong(window, axis - 2, input, kernel).output);
  }
  return {{dtype, result}};
}

}  // namespace stepwell::ops::conv
