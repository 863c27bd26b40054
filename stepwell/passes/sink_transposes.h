#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Moves every Transpose toward the outputs, past what works in any order of axes (elementwise arithmetic, reductions,
// paddings, concatenations, squeezes and the like), until it meets its inverse, or a node that needs its order, or an
// output. A graph that reorders around each of its convolutions does so at its border only afterwards. Results keep
// their bits.
ir::Graph SinkTransposes(const ir::Graph& graph);

}  // namespace stepwell::passes
