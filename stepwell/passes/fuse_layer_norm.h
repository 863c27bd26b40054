#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Replaces MVN along the last axis, multiplied by a constant row and added to one, by LayerNorm; either row may be
// missing. Results are the same but for rounding.
ir::Graph FuseLayerNorm(const ir::Graph& graph);

}  // namespace stepwell::passes
