#pragma once

#include <vector>

#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// Whether the value is a constant of one number for each of `channels` channels, lying along axis `axis` when it is
// broadcast to `rank` axes, or one number for all.
bool IsPerChannel(const Matcher& matcher, ir::ValueId value, int axis, int rank, Dim channels);

// A factor or a term for each channel.
struct ChannelStep {
  enum class Kind : std::uint8_t { kFactor, kTerm };
  Kind kind = Kind::kFactor;
  ir::ValueId operand;
};

// The factors and terms that follow a value in a row, each the only thing that reads the one before.
struct ChannelSteps {
  std::vector<ChannelStep> steps;
  ir::ValueId end;  // what the last one gives; the value itself where there are none
};
ChannelSteps FollowChannelSteps(const Matcher& matcher, ir::ValueId value, int channel_axis);

}  // namespace stepwell::passes
