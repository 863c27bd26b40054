#include "stepwell/passes/sink_transposes.h"

#include "stepwell/passes/prune.h"
#include "stepwell/passes/transpose_sinker.h"

namespace stepwell::passes {

ir::Graph SinkTransposes(const ir::Graph& graph) {
  Rewriter rewriter(graph);
  rewriter.CopyInputs();
  TransposeSinker sinker(rewriter);
  for (const ir::Node& node : graph.nodes()) sinker.Take(node);
  for (const ir::Output& output : graph.outputs()) sinker.InOwnOrder(output.value);
  return Prune(std::move(rewriter).Finish());
}

}  // namespace stepwell::passes
