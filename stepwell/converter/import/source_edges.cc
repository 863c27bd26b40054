#include "stepwell/converter/import/source_edges.h"

#include <algorithm>

#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {

SourceEdges::SourceEdges(const SourceGraph& graph)
    : graph_(&graph), inputs_(graph.nodes().size()), control_inputs_(inputs_.size()), uses_(inputs_.size()) {
  for (NodeIndex i = 0; i < size(); ++i) {
    for (const SourceOutput& input : node(i).inputs) {
      const auto producer = graph.FindIndex(input.node);
      STEPWELL_CHECK(producer.has_value());
      uses_[*producer].push_back({i, inputs_[i].size()});
      inputs_[i].push_back({*producer, input.port});
    }
    for (const std::string& name : node(i).control_inputs) {
      const auto producer = graph.FindIndex(name);
      STEPWELL_CHECK(producer.has_value());
      control_inputs_[i].push_back(*producer);
    }
  }
  order_ = graph.TopologicalOrder();
}

std::string SourceEdges::ToText(TensorId tensor) const {
  return converter::ToText(SourceOutput{node(tensor.node).name, tensor.port});
}

TensorId SourceEdges::Origin(TensorId tensor) const {
  // A chain is no longer than the graph: a cycle of copies (through NextIteration) ends here, too.
  for (std::size_t steps = 0; steps < size(); ++steps) {
    if (!IsCopy(node(tensor.node)) || inputs_[tensor.node].empty()) return tensor;
    tensor = inputs_[tensor.node][0];
  }
  return tensor;
}

std::vector<bool> NodesBehind(const SourceEdges& edges, std::span<const NodeIndex> roots, Follow follow,
                              FunctionRef<bool(NodeIndex)> enter) {
  std::vector<bool> marked(edges.size());
  std::vector<NodeIndex> pending;
  const auto mark = [&](NodeIndex node) {
    if (marked[node]) return;
    marked[node] = true;
    pending.push_back(node);
  };
  for (const NodeIndex root : roots) mark(root);
  while (!pending.empty()) {
    const NodeIndex node = pending.back();
    pending.pop_back();
    if (!enter(node)) continue;
    for (const TensorId& input : edges.inputs(node)) mark(input.node);
    if (follow == Follow::kDataAndControl) {
      for (const NodeIndex input : edges.control_inputs(node)) mark(input);
    }
  }
  return marked;
}

std::vector<bool> NodesAhead(const SourceEdges& edges, FunctionRef<bool(NodeIndex)> is_source,
                             FunctionRef<bool(NodeIndex)> passes) {
  std::vector<bool> marked(edges.size());
  for (const NodeIndex node : edges.order()) {
    const auto inputs = edges.inputs(node);
    marked[node] = is_source(node) || std::any_of(inputs.begin(), inputs.end(), [&](const TensorId& input) {
                     return marked[input.node] && passes(input.node);
                   });
  }
  return marked;
}

}  // namespace stepwell::converter
