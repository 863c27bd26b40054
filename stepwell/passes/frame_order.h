#pragma once

#include <string>

#include "stepwell/ir/builder.h"
#include "stepwell/kernels/recurrent/lstm.h"

// Small rearrangements of sequences, each left out where it changes nothing.
namespace stepwell::passes {

inline int FrameAxis(kernels::SequenceOrder order) { return order == kernels::SequenceOrder::kFramesFirst ? 0 : 1; }

// The same elements under a static shape; the value itself where it has that shape, or where the shape is not static.
ir::ValueId AddShaped(ir::GraphBuilder& builder, const std::string& name, ir::ValueId value, const Shape& shape);
// The frames from last to first.
ir::ValueId AddReversed(ir::GraphBuilder& builder, const std::string& name, ir::ValueId sequence, int frame_axis);
// The last frame, without its axis.
ir::ValueId AddLastFrame(ir::GraphBuilder& builder, const std::string& name, ir::ValueId sequence, int frame_axis);
// [T, B, N] from [B, T, N] and the other way round.
ir::ValueId AddOtherOrder(ir::GraphBuilder& builder, const std::string& name, ir::ValueId sequence);

}  // namespace stepwell::passes
