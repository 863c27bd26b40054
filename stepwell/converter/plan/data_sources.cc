#include "stepwell/converter/plan/data_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {

std::vector<RequestedInput> DataSourceInputs(const SourceEdges& edges) {
  std::vector<RequestedInput> inputs;
  for (NodeIndex index = 0; index < edges.size(); ++index) {
    const SourceNode& node = edges.node(index);
    if (!IsDataSource(node)) continue;
    std::set<int> ports;
    for (const Use& use : edges.uses(index)) ports.insert(edges.inputs(use.node)[use.input].port);
    for (const int port : ports) {
      const bool is_known = DeclaredShape(node, port, edges.graph().producer()).has_rank() && OutputDType(node, port);
      if (!is_known) continue;
      inputs.push_back({fmt::format("{}:{}", node.name, port), {{index, port}, std::nullopt}, {}, {}, {}});
    }
  }
  return inputs;
}

bool IsRead(const SourceEdges& edges, const ImportPlan& plan, TensorId tensor) {
  const auto is_output = [&](const ImportOutput& output) { return output.tensor == tensor; };
  if (std::any_of(plan.outputs.begin(), plan.outputs.end(), is_output)) return true;
  const std::vector<NodeIndex> nodes = NeededNodes(edges, plan);
  return std::any_of(nodes.begin(), nodes.end(), [&](NodeIndex node) {
    const auto inputs = edges.inputs(node);
    return std::find(inputs.begin(), inputs.end(), tensor) != inputs.end();
  });
}

}  // namespace stepwell::converter
