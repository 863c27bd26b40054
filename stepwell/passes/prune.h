#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// By ValueId: whether any of the graph's `outputs` (indices into graph.outputs()) is computed from it.
std::vector<bool> ValuesBehind(const ir::Graph& graph, std::span<const std::size_t> outputs);

// The nodes that a value is computed from, its own included, in the graph's order.
std::vector<const ir::Node*> NodesBehind(const ir::Graph& graph, ir::ValueId value);

struct PruneOptions {
  enum class Inputs : std::uint8_t { kKeepAll, kDropUnused };

  std::vector<std::size_t> outputs =
      {};  // indices into graph.outputs() of those to keep, in their new order; none: all
  Inputs inputs = Inputs::kKeepAll;
};

// The graph with only the wanted outputs and what they are computed from. A state whose input or output goes is
// forgotten, so are roles of what went.
ir::Graph Prune(const ir::Graph& graph, const PruneOptions& options = {});

}  // namespace stepwell::passes
