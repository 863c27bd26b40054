#pragma once

#include <optional>
#include <vector>

#include "stepwell/ops/normalize/mvn.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// result = MVN(x) * scale[0] * scale[1] … + shift.
struct NormalizationPattern {
  ops::normalize::Mvn op;
  ir::ValueId x;
  ir::ValueId axes;
  std::vector<ir::ValueId> scales;
  std::optional<ir::ValueId> shift;
  const ir::Node* result = nullptr;
};

// The normalisation around a node that is the ReduceMean of its variance: the mean of (x - mean)^2 along the last axes,
// and any way to write (x - mean) / sqrt(variance + eps) with a scale and a shift, such as x * s + (shift - mean * s).
std::optional<NormalizationPattern> MatchNormalization(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
