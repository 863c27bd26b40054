#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// Stores weights in 16 bits: each f32 constant of two or more elements whose magnitudes all fit f16 becomes an f16
// constant followed by a Convert to f32, as mo's --compress_to_fp16 does; in the bodies of loops, too. Computation stays
// in f32.
ir::Graph CompressToF16(const ir::Graph& graph);

}  // namespace stepwell::converter
