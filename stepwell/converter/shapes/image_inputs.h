#pragma once

#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// By input: whether it has four axes and windows (convolutions, poolings) slide over it, with nothing in between that
// mixes axes. Every axis of such an input may vary, not only the leading ones.
std::vector<bool> FindImageInputs(const ir::Graph& graph);

}  // namespace stepwell::converter
