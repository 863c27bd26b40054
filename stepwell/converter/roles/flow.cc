#include "stepwell/converter/roles/flow.h"

#include <algorithm>
#include <array>

namespace stepwell::converter {
namespace {

constexpr std::array<std::string_view, 4> kViews = {"Reshape", "Squeeze", "Unsqueeze", "Convert"};

}  // namespace

Downstream::Downstream(const ir::Graph& graph, ir::ValueId start) : graph_(graph), reached_(graph.num_values()) {
  reached_[start.index] = true;
  for (const ir::Node& node : graph.nodes()) {
    const bool is_reached =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId id) { return Has(id); });
    for (const ir::ValueId output : node.outputs) reached_[output.index] = is_reached;
  }
}

bool Downstream::Reaches(FunctionRef<bool(const ir::Node& node)> is_it) const {
  return std::any_of(graph_.nodes().begin(), graph_.nodes().end(), [&](const ir::Node& node) {
    return is_it(node) && std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId id) { return Has(id); });
  });
}

bool IsView(const ir::Node& node) { return std::find(kViews.begin(), kViews.end(), node.op->name()) != kViews.end(); }

const ir::Node* ProducerBehindViews(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(value);
  while (node != nullptr && IsView(*node)) node = graph.producer(node->inputs[0]);
  return node;
}

const ir::Node* LookupOf(const ir::Graph& graph, ir::ValueId indices) {
  std::vector<bool> is_view_of(graph.num_values());
  is_view_of[indices.index] = true;
  for (const ir::Node& node : graph.nodes()) {
    if (IsView(node) && is_view_of[node.inputs[0].index]) is_view_of[node.outputs[0].index] = true;
    const bool looks_up = node.op->name() == "Gather" && node.inputs.size() >= 2;
    if (looks_up && is_view_of[node.inputs[1].index]) return &node;
  }
  return nullptr;
}

}  // namespace stepwell::converter
