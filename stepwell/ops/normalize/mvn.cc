#include "stepwell/ops/normalize/mvn.h"

#include <fmt/format.h>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::normalize {

std::vector<TensorType> Mvn::Infer(const ir::InferContext& inputs) const {
  const bool has_axes = eps_mode != EpsMode::kOfOpset2;
  inputs.RequireInputs(has_axes ? 2 : 1);
  if (!IsFloat(inputs.dtype(0))) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("MVN takes floats; the input is of type {}", DTypeName(inputs.dtype(0))));
  }
  if (has_axes && inputs.shape(0).has_rank()) {
    if (const auto axes = inputs.ints(1)) NormalizedAxes(*axes, inputs.shape(0).rank());
  }
  return {inputs.type(0)};
}

std::vector<int> AxesOfOpset2(const Mvn& op, int rank) {
  std::vector<int> axes;
  for (int axis = op.across_channels ? 1 : 2; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

}  // namespace stepwell::ops::normalize
