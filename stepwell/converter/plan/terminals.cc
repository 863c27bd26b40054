#include "stepwell/converter/plan/terminals.h"

#include <algorithm>

#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {

std::vector<NodeIndex> UnreadNodes(const SourceEdges& edges) {
  std::vector<NodeIndex> unread;
  for (NodeIndex node = 0; node < edges.size(); ++node) {
    const auto uses = edges.uses(node);
    const bool is_read =
        std::any_of(uses.begin(), uses.end(), [&](const Use& use) { return !IsEffect(edges.node(use.node)); });
    if (!is_read && !IsEffect(edges.node(node))) unread.push_back(node);
  }
  return unread;
}

std::vector<TensorId> TerminalTensors(const SourceEdges& edges, const Variables& variables,
                                      const std::vector<bool>& depends) {
  std::vector<TensorId> terminals;
  for (const NodeIndex index : UnreadNodes(edges)) {
    const SourceNode& node = edges.node(index);
    const TensorId origin = edges.Origin({index, 0});
    if (!depends[index] || IsPlaceholder(edges.node(origin.node)) || variables.Behind(origin)) continue;
    if (IsVariable(node)) continue;
    const int ports = NumOutputs(node).value_or(1);
    for (int port = 0; port < ports; ++port) {
      if (OutputDType(node, port)) terminals.push_back({index, port});
    }
  }
  return terminals;
}

}  // namespace stepwell::converter
