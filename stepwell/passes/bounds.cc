#include "stepwell/passes/bounds.h"

#include <algorithm>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/unary.h"

namespace stepwell::passes {

using ops::elementwise::Clamp;
using ops::elementwise::Maximum;
using ops::elementwise::Minimum;
using ops::elementwise::Relu;

void Bounds::Narrow(float low_bound, float high_bound) {
  low = std::min(std::max(low, low_bound), high_bound);
  high = std::min(std::max(high, low_bound), high_bound);
}

bool TakeBounds(const Matcher& matcher, const ir::Node& node, ir::ValueId value, Bounds& bounds) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (ir::As<Relu>(*node.op) != nullptr) return bounds.Narrow(0, kInfinity), true;
  if (const auto* clamp = ir::As<Clamp>(*node.op)) return bounds.Narrow(clamp->low, clamp->high), true;
  const bool is_minimum = ir::As<Minimum>(*node.op) != nullptr;
  if (!is_minimum && ir::As<Maximum>(*node.op) == nullptr) return false;
  const std::optional<double> bound = matcher.UniformValue(node.inputs[node.inputs[0] == value ? 1 : 0]);
  if (!bound || matcher.ShapeOf(node.outputs[0]) != matcher.ShapeOf(value)) return false;
  const auto limit = static_cast<float>(*bound);
  return bounds.Narrow(is_minimum ? -kInfinity : limit, is_minimum ? limit : kInfinity), true;
}

}  // namespace stepwell::passes
