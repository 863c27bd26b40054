#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ops/import_rule.h"

namespace stepwell::ops::recurrent {

// The cell of TensorFlow's BlockLSTM, BlockLSTMV2 and LSTMBlockCell, taken out of the node:
//   [i, c, f, o] = [x ; h] W + b      i = s(i + wi * C)   c = tanh(c)   f = s(f + wf * C + forget_bias)
//   C' = clip(f * C + i * c)          o = s(o + wo * C')  H' = o * tanh(C')
// with `*` element by element, peepholes w only where used, clip only where cell_clip > 0.
struct SourceCell {
  std::int64_t inputs = 0;                  // I
  std::int64_t cells = 0;                   // N
  ir::ConstantData kernel;                  // [I + N, 4N] f32
  ir::ConstantData bias;                    // [4N] f32
  std::vector<ir::ConstantData> peepholes;  // empty, or wi, wf, wo: [N] f32 each
  std::string gate_order;                   // letters i, c, f, o along the 4N axis
  float forget_bias = 0;
  float cell_clip = 0;  // 0: none
};

// Reads the cell from the node's constants `kernel`, `peepholes` (three, from that input on) and `bias`; x and the old
// cell give the sizes. Throws Error(kUnsupported) naming the input that is not constant.
struct SourceCellInputs {
  int x = 0;
  int c = 0;
  int kernel = 0;
  int peepholes = 0;
  int bias = 0;
};
SourceCell ReadSourceCell(const ImportSite& site, const SourceCellInputs& inputs);

// Whether OpenVINO's LSTMCell can say it: without peepholes and without clipping of the cell (its own clip bounds the
// gates).
bool FitsLstmCell(const SourceCell& cell);

// TensorFlow's seven results of a step, [B, N] each, in its order. Those that LSTMCell does not give are absent.
struct CellResults {
  std::optional<ir::ValueId> i;
  ir::ValueId cs{};
  std::optional<ir::ValueId> f;
  std::optional<ir::ValueId> o;
  std::optional<ir::ValueId> ci;
  std::optional<ir::ValueId> co;
  ir::ValueId h{};
};

struct CellArguments {
  ir::ValueId x;  // [B, I]
  ir::ValueId c;  // [B, N]
  ir::ValueId h;  // [B, N]
};

// Adds an LSTMCell with the weights in OpenVINO's order; names of nodes start with `prefix`.
CellResults AddLstmCell(const SourceCell& cell, const CellArguments& arguments, ir::GraphBuilder& graph,
                        std::string_view prefix);
// Adds the equations above in small ops.
CellResults AddSpelledCell(const SourceCell& cell, const CellArguments& arguments, ir::GraphBuilder& graph,
                           std::string_view prefix);

}  // namespace stepwell::ops::recurrent
