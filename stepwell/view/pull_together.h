#pragma once

#include <vector>

#include "stepwell/view/layered_graph.h"

// Internal.
namespace stepwell::view {

// Parts of a graph that no line joins pull at nothing, so they may have been left far apart: moves each part, the
// leftmost first, to the left until it touches one before it, or the leftmost vertex's left border.
void PullTogether(const LayeredGraph& graph, std::vector<double>& centres);

}  // namespace stepwell::view
