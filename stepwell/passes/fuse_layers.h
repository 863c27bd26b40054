#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Replaces products with constant weights, and what follows each of them alone (a bias, the sum with another tensor,
// then a sigmoid, a tanh, a GELU or bounds such as ReLU, Minimum and Clamp), by FullyConnected. Results are the same
// but for rounding.
ir::Graph FuseLayers(const ir::Graph& graph);

}  // namespace stepwell::passes
