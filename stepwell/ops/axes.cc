#include "stepwell/ops/axes.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/shape.h"

namespace stepwell::ops {

std::vector<int> NormalizedAxes(std::span<const std::int64_t> axes, int rank) {
  std::vector<int> normalized;
  for (const std::int64_t axis : axes) normalized.push_back(NormalizedAxis(axis, rank));
  std::sort(normalized.begin(), normalized.end());
  if (std::adjacent_find(normalized.begin(), normalized.end()) != normalized.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("axes [{}] of a tensor of rank {} name an axis twice",
                                                      fmt::join(axes.begin(), axes.end(), ","), rank));
  }
  return normalized;
}

std::optional<int> KnownAxis(const ir::InferContext& inputs, int input) {
  const auto axis = inputs.ints(input);
  if (!axis || !inputs.shape(0).has_rank()) return std::nullopt;
  if (axis->size() != 1) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} must name one axis and has {} integers", input, axis->size()));
  }
  return NormalizedAxis((*axis)[0], inputs.shape(0).rank());
}

}  // namespace stepwell::ops
