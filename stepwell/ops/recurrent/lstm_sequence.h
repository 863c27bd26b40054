#pragma once

#include "stepwell/ops/recurrent/lstm_cell.h"

namespace stepwell::ops::recurrent {

// LSTMCell over the frames of a sequence, in D directions. Inputs: X [B, T, I], H and C [B, D, N], lengths (integers
// [B]), W [D, 4N, I], R [D, 4N, N], B [D, 4N]. Outputs: Y [B, D, T, N], the last H and the last C, [B, D, N] each. Row
// b runs over its first lengths[b] frames, backwards from the last of them in the reverse direction; behind them Y is 0
// and the state stays. A length of 0 gives the state back. OpenVINO's LSTMSequence-5.
struct LstmSequence final : SequenceOf<LstmSequence, LstmAttributes> {
  static constexpr std::string_view kName = "LSTMSequence";
  static constexpr std::string_view kOpset = "opset5";
};

}  // namespace stepwell::ops::recurrent
