#pragma once

#include <array>
#include <optional>
#include <vector>

#include "stepwell/ops/recurrent/fused_gru.h"
#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// One step of an LSTM found in a graph, whether it is one op or spelled out in small ones. Values are those of the
// graph it was found in.
struct LstmPattern {
  ops::recurrent::FusedLstm op;  // all fields but sequence_order
  // Where it is a GRU after all, which differs by having one state: c is h, and c_out is h_out. Instead of `op`.
  std::optional<ops::recurrent::FusedGru> gru = {};
  ir::ValueId x;       // [B, I]
  ir::ValueId h;       // [B, H]
  ir::ValueId c;       // [B, N]
  ir::ValueId kernel;  // W, or the joined matrix
  std::optional<ir::ValueId> recurrent;
  std::optional<ir::ValueId> bias;                        // 4N elements
  std::array<std::optional<ir::ValueId>, 3> peepholes{};  // wi, wf, wo; N elements each
  std::optional<ir::ValueId> projection;
  Dim cells = 0;      // N
  ir::ValueId h_out;  // [B, H]
  ir::ValueId c_out;  // [B, N]
};

// The pattern with x and h in each other's place, which means the same for a single step; nothing where the weights do
// not allow it.
std::optional<LstmPattern> WithInputsSwapped(const LstmPattern& pattern);

// The step that such a node (an LSTMCell or GRUCell) is, or whose output it computes last but for a projection (the
// product of output gate and squashed cell of a spelled-out LSTM); nothing when it has no constant weights, sigmoid
// gates and tanh in fp32.
std::optional<LstmPattern> MatchLstm(const Matcher& matcher, const ir::Node& node);
// The same of a GRUCell.
std::optional<LstmPattern> MatchGruCell(const Matcher& matcher, const ir::Node& node);
std::optional<LstmPattern> MatchLstmCell(const Matcher& matcher, const ir::Node& node);
std::optional<LstmPattern> MatchSpelledOutLstm(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
