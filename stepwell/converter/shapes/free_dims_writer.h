#pragma once

#include "stepwell/converter/shapes/shape_probe.h"
#include "stepwell/converter/shapes/shape_solver.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// Writes the graph again with every axis whose symbol is free made dynamic, and with the numbers in `solved.targets`
// computed from the shapes of the inputs. A Reshape's target with one free dimension needs no computing: it becomes -1.
// A uniform constant becomes the Broadcast of its element.
ir::Graph WriteFreeDims(const ProbedGraph& probed, const SolvedShapes& solved);

}  // namespace stepwell::converter
