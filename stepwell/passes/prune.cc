#include "stepwell/passes/prune.h"

#include <algorithm>
#include <numeric>

#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

std::vector<std::size_t> AllOutputs(const ir::Graph& graph) {
  std::vector<std::size_t> outputs(graph.outputs().size());
  std::iota(outputs.begin(), outputs.end(), std::size_t{0});
  return outputs;
}

bool AnyOf(const std::vector<bool>& marked, std::span<const ir::ValueId> values) {
  return std::any_of(values.begin(), values.end(), [&](ir::ValueId value) { return marked[value.index]; });
}

}  // namespace

std::vector<bool> ValuesBehind(const ir::Graph& graph, std::span<const std::size_t> outputs) {
  std::vector<bool> behind(graph.num_values());
  for (const std::size_t output : outputs) behind[graph.outputs()[output].value.index] = true;
  const std::span<const ir::Node> nodes = graph.nodes();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (!AnyOf(behind, node->outputs)) continue;
    for (const ir::ValueId input : node->inputs) behind[input.index] = true;
  }
  return behind;
}

std::vector<const ir::Node*> NodesBehind(const ir::Graph& graph, ir::ValueId value) {
  if (!graph.value(value).producer) return {};
  std::vector<bool> behind(graph.num_values());
  behind[value.index] = true;
  std::vector<const ir::Node*> nodes;
  const std::span<const ir::Node> candidates = graph.nodes().first(graph.value(value).producer->index + 1U);
  for (auto node = candidates.rbegin(); node != candidates.rend(); ++node) {
    if (!AnyOf(behind, node->outputs)) continue;
    nodes.push_back(&*node);
    for (const ir::ValueId input : node->inputs) behind[input.index] = true;
  }
  std::reverse(nodes.begin(), nodes.end());
  return nodes;
}

ir::Graph Prune(const ir::Graph& graph, const PruneOptions& options) {
  const std::vector<std::size_t> wanted = options.outputs.empty() ? AllOutputs(graph) : options.outputs;
  const std::vector<bool> behind = ValuesBehind(graph, wanted);
  Rewriter rewriter(graph);
  for (const ir::Input& input : graph.inputs()) {
    if (options.inputs == PruneOptions::Inputs::kKeepAll || behind[input.value.index]) rewriter.CopyInput(input);
  }
  for (const ir::Node& node : graph.nodes()) {
    if (AnyOf(behind, node.outputs)) rewriter.CopyNode(node);
  }
  return std::move(rewriter).Finish(wanted);
}

}  // namespace stepwell::passes
