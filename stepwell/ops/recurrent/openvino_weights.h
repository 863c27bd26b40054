#pragma once

#include "stepwell/ops/recurrent/source_cell.h"

namespace stepwell::ops::recurrent {

// A cell's constants as OpenVINO's LSTMCell takes them, gates in the order f, i, c, o.
struct OpenVinoWeights {
  ir::ConstantData input;      // W [4N, I]
  ir::ConstantData recurrent;  // R [4N, N]
  ir::ConstantData bias;       // B [4N], the forget bias added
};

// The matrices are made when they are read. Peepholes and cell_clip are not OpenVINO's.
OpenVinoWeights ToOpenVino(const SourceCell& cell);

}  // namespace stepwell::ops::recurrent
