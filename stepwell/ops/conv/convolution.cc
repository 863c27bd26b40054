#include "stepwell/ops/conv/convolution.h"

#include <fmt/format.h>

namespace stepwell::ops::conv {

void RequireOneFloatType(std::string_view op, const ir::InferContext& inputs) {
  if (inputs.dtype(0) == inputs.dtype(1) && IsFloat(inputs.dtype(0))) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("the inputs of {} must have one float type; found {} and {}", op,
                                                    ToText(inputs.type(0)), ToText(inputs.type(1))));
}

Shape ConvolvedShape(std::string_view op, const Window& window, const Shape& x, const Shape& taps, Dim channels) {
  const int rank = x.has_rank() ? x.rank() : taps.rank();
  if (rank < 0) return Shape::UnknownRank();
  const bool same_rank = !x.has_rank() || !taps.has_rank() || x.rank() == taps.rank();
  if (!same_rank || rank < 3 || (x.has_rank() && taps.has_rank() && !DimsAgree(x[1], taps[1]))) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} takes [batch, channels, spatial...] and [outputs, channels, taps...]; found {} and {}",
                            op, ToText(x), ToText(taps)));
  }
  RequireWindow(window, rank - 2);
  Shape result{x.has_rank() ? x[0] : kDynamic, channels};
  for (int axis = 2; axis < rank; ++axis) {
    const Dim input = x.has_rank() ? x[axis] : kDynamic;
    const Dim kernel = taps.has_rank() ? taps[axis] : kDynamic;
    result.Append(WindowAlong(window, axis - 2, input, kernel).output);
  }
  return result;
}

std::vector<TensorType> Convolution::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  RequireOneFloatType(kName, inputs);
  const Shape& weights = inputs.shape(1);
  const Dim channels = weights.has_rank() && weights.rank() > 0 ? weights[0] : kDynamic;
  return {{inputs.dtype(0), ConvolvedShape(kName, window, inputs.shape(0), weights, channels)}};
}

}  // namespace stepwell::ops::conv
