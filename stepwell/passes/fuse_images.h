#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Joins convolutions of images with what follows each (a term for each channel, another image added, bounds) into one
// node, and so a factor and a term for each channel with the bounds behind them. For graphs of static shapes, in plans
// only. Only rounding may differ.
ir::Graph FuseImages(const ir::Graph& graph);

}  // namespace stepwell::passes
