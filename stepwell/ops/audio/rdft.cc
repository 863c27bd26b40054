#include "stepwell/ops/audio/rdft.h"

#include <fmt/format.h>

namespace stepwell::ops::audio {
namespace {

constexpr std::int64_t kWholeAxis = -1;

// The axis that is transformed; nothing where it is not known.
std::optional<int> TransformedAxis(const ir::InferContext& inputs) {
  const auto axes = inputs.ints(1);
  if (!axes || !inputs.shape(0).has_rank()) return std::nullopt;
  if (axes->size() != 1) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{} axes are to be transformed; one is supported", axes->size()));
  }
  return NormalizedAxis((*axes)[0], inputs.shape(0).rank());
}

Dim TransformLength(const ir::InferContext& inputs, Dim extent) {
  if (!inputs.has(2)) return extent;
  const auto length = inputs.ints(2);
  if (!length) return kDynamic;
  if (length->size() != 1 || (*length)[0] == 0 || (*length)[0] < kWholeAxis) {
    throw Error(ErrorKind::kInvalidModel, "the length of a transform must be one integer above 0, or -1");
  }
  return (*length)[0] == kWholeAxis ? extent : (*length)[0];
}

}  // namespace

std::vector<TensorType> Rdft::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2, 3);
  if (!IsFloat(inputs.dtype(0))) {
    throw Error(ErrorKind::kInvalidModel, "floats are transformed and data is " + ToText(inputs.type(0)));
  }
  Shape bins = inputs.shape(0);
  if (!bins.has_rank()) return {{inputs.dtype(0), bins}};
  const auto axis = TransformedAxis(inputs);
  if (axis) {
    const Dim length = TransformLength(inputs, bins[*axis]);
    bins[*axis] = length == kDynamic ? kDynamic : length / 2 + 1;
  } else {
    bins = Shape::Filled(bins.rank(), kDynamic);
  }
  bins.Append(2);
  return {{inputs.dtype(0), bins}};
}

}  // namespace stepwell::ops::audio
