#include "stepwell/passes/specialise.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

void CopyGivenInputs(Rewriter& rewriter, const SpecialiseRequest& request) {
  const std::span<const ir::Input> inputs = rewriter.source().inputs();
  STEPWELL_CHECK(request.input_shapes.size() == inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!request.input_shapes[i]) continue;
    const TensorType& declared = rewriter.source().value(inputs[i].value).type;
    const TensorType given{declared.dtype, *request.input_shapes[i]};
    if (!inputs[i].call.Takes(given.shape)) {
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("input '{}' takes {}{} and was given {}", inputs[i].name, DTypeName(declared.dtype),
                              ToText(inputs[i].call), ToText(given)));
    }
    rewriter.CopyInput(inputs[i], given);
  }
}

}  // namespace

ir::Graph Specialise(const ir::Graph& graph, const SpecialiseRequest& request) {
  const std::vector<bool> behind = ValuesBehind(graph, request.outputs);
  Rewriter rewriter(graph);
  Folder folder(graph, request.fold);
  CopyGivenInputs(rewriter, request);
  for (const ir::Node& node : graph.nodes()) {
    const bool is_needed =
        std::any_of(node.outputs.begin(), node.outputs.end(), [&](ir::ValueId output) { return behind[output.index]; });
    if (is_needed) folder.FoldOrCopy(rewriter, node);
  }
  return Prune(std::move(rewriter).Finish(request.outputs));
}

void RequireStaticShapes(const ir::Graph& graph) {
  for (const ir::Node& node : graph.nodes()) {
    for (const ir::ValueId output : node.outputs) {
      const TensorType& type = graph.value(output).type;
      if (type.shape.is_static()) continue;
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("the shape of node '{}' ({}) depends on data: {} is all that follows from the inputs' "
                              "shapes; only shapes that are known before a run can be computed",
                              node.name, node.op->name(), ToText(type)));
    }
  }
}

}  // namespace stepwell::passes
