#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Replaces what is spelled out in elementwise ops by the one op that it is: GELU in both forms by Gelu, normalisation
// along the last axes by MVN with a Multiply and an Add. The formulas are recognised in any order and nesting of sums
// and products. Results differ by rounding only.
ir::Graph RecogniseFormulas(const ir::Graph& graph);

}  // namespace stepwell::passes
