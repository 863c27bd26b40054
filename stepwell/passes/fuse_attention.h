#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Replaces softmax(scale * Q K^T + mask) V by Attention, with the transpositions that bring heads together before it
// and apart after it. The scale may be a factor of the scores, of Q or of K; scale and mask may be missing. Shapes must
// be static. Results are the same but for rounding.
ir::Graph FuseAttention(const ir::Graph& graph);

}  // namespace stepwell::passes
