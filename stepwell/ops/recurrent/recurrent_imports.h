#pragma once

#include <vector>

#include "stepwell/ops/import_rule.h"

// TensorFlow's fused LSTMs. Their outputs: i, cs, f, o, ci, co, h. Where the node uses no peepholes, does not clip the
// cell and only cs and h are read, the cell becomes OpenVINO's LSTMCell, else it is spelled out in small ops.
namespace stepwell::ops::recurrent {

// BlockLSTM and BlockLSTMV2: inputs seq_len_max, x [T, B, I], cs_prev, h_prev [B, N], w, wci, wcf, wco, b; outputs
// [T, B, N]. A TensorIterator over the frames; outputs of frames at or behind seq_len_max are 0.
std::vector<ir::ValueId> ImportBlockLstm(const ImportSite& site);
// LSTMBlockCell: inputs x [B, I], cs_prev, h_prev [B, N], w, wci, wcf, wco, b; outputs [B, N].
std::vector<ir::ValueId> ImportLstmBlockCell(const ImportSite& site);

}  // namespace stepwell::ops::recurrent
