#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Convolutions between a SpaceToBatch and the BatchToSpace that undoes it are dilated convolutions, and are written as
// such: TensorFlow 1 had no others. Transposes may stand between them.
ir::Graph FoldDilations(const ir::Graph& graph);

}  // namespace stepwell::passes
