#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Makes convolutions do what stands around them, where nothing else reads what is in between: zero padding before one
// becomes its pads; factors and terms for each channel behind it (a batch norm, a bias) become one factor of its
// weights and one term. The weights are multiplied by nodes that fold to constants later.
ir::Graph FoldIntoConvolutions(const ir::Graph& graph);

}  // namespace stepwell::passes
