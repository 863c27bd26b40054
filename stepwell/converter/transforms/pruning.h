#pragma once

#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// For mo's Pruning, which takes filters away that are zero as a whole: says how many there are in the weights of
// convolutions, none of which is taken away. A graph that was not trained for pruning has none, and then
// there is nothing to do.
void WarnOfZeroFilters(const ir::Graph& graph, std::vector<std::string>& warnings);

}  // namespace stepwell::converter
