#pragma once

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Makes convolutions of images with constant weights, and poolings, work on [batch, height, width, channels], with
// transposes around them where the graph wants channels first. For graphs of static shapes, in plans only. A graph
// without any is given back as it is.
ir::Graph UseImageLayout(const ir::Graph& graph);

}  // namespace stepwell::passes
