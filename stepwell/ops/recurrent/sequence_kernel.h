#pragma once

#include <memory>
#include <vector>

#include "stepwell/ops/recurrent/cell_step.h"

namespace stepwell::ops::recurrent {

// A cell over the frames of a sequence: inputs X [B, T, I], states [B, D, N], lengths; outputs Y [B, D, T, N] and the
// last states.
struct SequenceForm {
  struct Way {
    bool backward = false;
    std::unique_ptr<const CellStep> step;
  };
  std::int64_t batch = 0;       // B
  std::int64_t frames = 0;      // T
  std::int64_t inputs = 0;      // I
  std::int64_t cells = 0;       // N
  int states = 1;               // H, or H and C
  std::vector<Way> directions;  // D
};

// Runs frame by frame, because rows may end at different frames: the rows that still run write their output and states,
// the others keep theirs. A plan makes a FusedLstm of an LSTMSequence where it can.
std::unique_ptr<const Kernel> MakeSequenceKernel(SequenceForm form);

}  // namespace stepwell::ops::recurrent
