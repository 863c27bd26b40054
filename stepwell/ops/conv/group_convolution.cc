#include "stepwell/ops/conv/group_convolution.h"

#include <fmt/format.h>

#include "stepwell/base/checked.h"
#include "stepwell/ops/conv/convolution.h"

namespace stepwell::ops::conv {
namespace {

Dim Product(Dim a, Dim b) { return a == kDynamic || b == kDynamic ? kDynamic : CheckedMul(a, b); }

// The weights as one convolution over all channels would have them: [groups * outputs, groups * channels, taps...].
Shape UngroupedShape(const Shape& weights) {
  if (!weights.has_rank()) return weights;
  if (weights.rank() < 4) {
    throw Error(
        ErrorKind::kInvalidModel,
        fmt::format("weights of GroupConvolution are [groups, outputs, channels, taps...]; found {}", ToText(weights)));
  }
  Shape shape{Product(weights[0], weights[1]), Product(weights[0], weights[2])};
  for (int axis = 3; axis < weights.rank(); ++axis) shape.Append(weights[axis]);
  return shape;
}

}  // namespace

std::vector<TensorType> GroupConvolution::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  RequireOneFloatType(kName, inputs);
  const Shape weights = UngroupedShape(inputs.shape(1));
  const Dim channels = weights.has_rank() ? weights[0] : kDynamic;
  return {{inputs.dtype(0), ConvolvedShape(kName, window, inputs.shape(0), weights, channels)}};
}

}  // namespace stepwell::ops::conv
