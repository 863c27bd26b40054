#include "stepwell/apps/cli/model_summary.h"

#include "stepwell/ir/subgraph.h"

namespace stepwell::cli {
namespace {

// Bodies are nested as deep as the reader let them be, which is bounded.
void AddGraph(const ir::Graph& graph, ModelSummary& summary) {
  for (const ir::Node& node : graph.nodes()) {
    if (node.op->name() == ir::Constant::kName) {  // whose bytes may be missing
      const TensorType& type = graph.value(node.outputs.at(0)).type;
      summary.weight_bytes += type.bytes();
      if (IsFloat(type.dtype)) summary.parameters += type.shape.num_elements();
      continue;
    }
    ++summary.op_counts[std::string(node.op->name())];
    if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) AddGraph(*loop->body, summary);
  }
}

}  // namespace

ModelSummary Summarise(const ir::Graph& graph) {
  ModelSummary summary;
  AddGraph(graph, summary);
  return summary;
}

}  // namespace stepwell::cli
