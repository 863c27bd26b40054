#pragma once

#include <set>
#include <string>

#include "stepwell/ir/graph.h"

namespace stepwell::quantize {

// Weights that cost much accuracy in 8 bits and save little memory, by the name of the node that gives them:
// - those that multiply what the caller feeds, which has no common scale (a quarter of all weights at most), and
// - those whose products become an output of the model with no weights behind them (a 64th at most).
// States do not count as fed or given out. Weights whose place cannot be seen (layer_taps.h) are none.
std::set<std::string> SensitiveWeights(const ir::Graph& graph);

}  // namespace stepwell::quantize
