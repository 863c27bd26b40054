#include "stepwell/ir/int8_activation_names.h"

#include "stepwell/ir/subgraph.h"

namespace stepwell::ir {
namespace {

// Bodies lie as deep in one another as what was read (limits::kDeepestBody).
void AddNames(const Graph& graph, Int8ActivationNames& names) {
  for (const Node& node : graph.nodes()) {
    if (const auto* loop = As<SubgraphOp>(*node.op)) AddNames(*loop->body, names);
    const auto* constant = As<Constant>(*node.op);
    if (constant != nullptr && constant->data.activations == ActivationFormat::kInt8) names.insert(node.name);
  }
}

}  // namespace

Int8ActivationNames Int8ActivationNamesOf(const Graph& graph) {
  Int8ActivationNames names;
  AddNames(graph, names);
  return names;
}

}  // namespace stepwell::ir
