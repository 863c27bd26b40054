#pragma once

#include <string>

#include "stepwell/ir/builder.h"
#include "stepwell/kernels/recurrent/lstm.h"

namespace stepwell::passes {

// What a sequence of static shape, run to its last frame, would have been had each row ended at its own length: rows
// do not depend on each other, and what a row is before its end does not depend on what comes behind it.
class RowEnds {
 public:
  // `lengths`: integers [B], each of which may lie outside of 0 to T; `like`: a sequence, [T, B, N] or [B, T, N].
  RowEnds(ir::GraphBuilder& builder, std::string name, ir::ValueId lengths, ir::ValueId like,
          kernels::SequenceOrder order);

  // The sequence with zeros, or with its last value, behind each row's end.
  ir::ValueId Zeroed(ir::ValueId sequence);
  ir::ValueId Held(ir::ValueId sequence, ir::ValueId initial);
  // The value [B, N] at each row's last frame, or the initial one. Rows longer than the sequence end with it.
  ir::ValueId Last(ir::ValueId sequence, ir::ValueId initial);
  // The same, but the initial one for rows longer than the sequence.
  ir::ValueId LastRun(ir::ValueId sequence, ir::ValueId initial);

 private:
  bool is_frames_first() const { return order_ == kernels::SequenceOrder::kFramesFirst; }
  ir::ValueId Reshaped(ir::ValueId value, const Shape& shape);
  ir::ValueId Numbers(Dim count, const Shape& shape);
  ir::ValueId Selected(ir::ValueId condition, ir::ValueId yes, ir::ValueId no);
  ir::ValueId Runs();

  ir::GraphBuilder& builder_;
  std::string name_;
  kernels::SequenceOrder order_;
  Dim frames_;
  Dim batch_;
  ir::ValueId lengths_;  // i64 [B]
};

}  // namespace stepwell::passes
