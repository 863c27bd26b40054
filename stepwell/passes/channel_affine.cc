#include "stepwell/passes/channel_affine.h"

#include "stepwell/ops/elementwise/binary.h"

namespace stepwell::passes {

using ops::elementwise::Add;
using ops::elementwise::Multiply;

bool IsPerChannel(const Matcher& matcher, ir::ValueId value, int axis, int rank, Dim channels) {
  const Shape& shape = matcher.ShapeOf(value);
  if (!matcher.IsConstant(value) || shape.rank() > rank || channels == kDynamic) return false;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool is_channel_axis = i + rank - shape.rank() == axis;
    if (shape[i] != 1 && !(is_channel_axis && shape[i] == channels)) return false;
  }
  return true;
}

ChannelSteps FollowChannelSteps(const Matcher& matcher, ir::ValueId value, int channel_axis) {
  ChannelSteps found{{}, value};
  const Shape& shape = matcher.ShapeOf(value);
  while (const ir::Node* next = matcher.OnlyUser(found.end)) {
    const bool is_factor = ir::As<Multiply>(*next->op) != nullptr;
    if (!is_factor && ir::As<Add>(*next->op) == nullptr) break;
    const ir::ValueId operand = next->inputs[next->inputs[0] == found.end ? 1 : 0];
    if (!IsPerChannel(matcher, operand, channel_axis, shape.rank(), shape[channel_axis])) break;
    found.steps.push_back({is_factor ? ChannelStep::Kind::kFactor : ChannelStep::Kind::kTerm, operand});
    found.end = next->outputs[0];
  }
  return found;
}

}  // namespace stepwell::passes
