#pragma once

#include <limits>

#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// What values are held between: a ReLU is low = 0.
struct Bounds {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  void Narrow(float low_bound, float high_bound);
};

// Whether `node`, which reads `value`, only bounds it; narrows `bounds` then.
bool TakeBounds(const Matcher& matcher, const ir::Node& node, ir::ValueId value, Bounds& bounds);

}  // namespace stepwell::passes
