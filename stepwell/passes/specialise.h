#pragma once

#include <optional>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/passes/fold.h"

namespace stepwell::passes {

struct SpecialiseRequest {
  std::vector<std::optional<Shape>> input_shapes = {};  // by index in graph.inputs(); nothing for one that is not given
  std::vector<std::size_t> outputs;  // indices into graph.outputs(); each must depend on given inputs only
  FoldOptions fold = {};
};

// The graph for these shapes alone: the given inputs (used or not) in their order, the wanted outputs in the order of
// the request, whatever follows from the shapes folded. Throws Error(kInvalidArgument) naming an input whose shape does
// not fit, and Error(kInvalidModel) naming a node where the shapes contradict each other.
ir::Graph Specialise(const ir::Graph& graph, const SpecialiseRequest& request);

// Throws Error(kUnsupported) naming the first node whose shape only a run could tell.
void RequireStaticShapes(const ir::Graph& graph);

}  // namespace stepwell::passes
