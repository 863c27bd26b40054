#pragma once

#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

// Internal.
namespace stepwell::view {

// The names by which nodes are sorted into scopes: their own. But converters name what they make "MVN_1234", without a
// scope: such a weight, and what is computed from weights only, lies in the scope that all its consumers share; such
// another node lies in the scope that the nearest named nodes before and behind it share.
std::vector<std::string> PlaceNames(const ir::Graph& graph);

}  // namespace stepwell::view
