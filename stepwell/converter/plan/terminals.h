#pragma once

#include <vector>

#include "stepwell/converter/import/source_edges.h"
#include "stepwell/converter/import/variables.h"

namespace stepwell::converter {

// Nodes whose values nothing reads, assigns and other effects left out: where a graph ends.
std::vector<NodeIndex> UnreadNodes(const SourceEdges& edges);

// The tensors that a caller who says nothing else wants: outputs of unread nodes that depend on the call's data
// (`depends`, by NodeIndex), in the order of the file. What is only a copy of a placeholder or a variable is left out,
// and so are types of which we have none.
std::vector<TensorId> TerminalTensors(const SourceEdges& edges, const Variables& variables,
                                      const std::vector<bool>& depends);

}  // namespace stepwell::converter
