#pragma once

#include "stepwell/base/function_ref.h"
#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Takes the input's part of the gates out of those FusedLstm that `is_wanted` says: the product x W becomes a node of
// its own, before the layer, so that it can be computed at another time. Only where W is a matrix of fp32, for then the
// bits stay. Everything else stays as it is.
ir::Graph SplitInputGates(const ir::Graph& graph, FunctionRef<bool(const ir::Node& lstm)> is_wanted);

}  // namespace stepwell::passes
