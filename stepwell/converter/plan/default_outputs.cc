#include "stepwell/converter/plan/default_outputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/unique_gather.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/plan/terminals.h"

namespace stepwell::converter {
namespace {

bool IsNextValue(const SourceEdges& edges, std::span<const VariableLoop> loops, TensorId tensor) {
  return std::any_of(loops.begin(), loops.end(),
                     [&](const VariableLoop& loop) { return edges.Origin(loop.next) == edges.Origin(tensor); });
}

// What the tensor needs, with every loop cut.
std::vector<NodeIndex> NodesFor(const SourceEdges& edges, ImportPlan cut_plan, TensorId tensor) {
  cut_plan.outputs = {{edges.ToText(tensor), tensor}};
  RewriteUniqueGathers(edges, cut_plan);
  return NeededNodes(edges, cut_plan);
}

}  // namespace

void AddDefaultOutputs(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                       const std::vector<bool>& depends, ConversionPlan& plan) {
  ImportPlan cut_plan = plan.import;
  for (const VariableLoop& loop : loops) {
    cut_plan.inputs.push_back(VariableInput(edges, variables, loop.variable, loop.next_reads));
  }
  std::vector<NodeIndex> left_out;
  for (const TensorId& terminal : TerminalTensors(edges, variables, depends)) {
    if (IsNextValue(edges, loops, terminal)) continue;
    const std::vector<NodeIndex> nodes = NodesFor(edges, cut_plan, terminal);
    const std::string ops = UnimportableOps(edges, nodes);
    if (ops.empty()) {
      plan.import.outputs.push_back({edges.ToText(terminal), terminal});
    } else {
      left_out.insert(left_out.end(), nodes.begin(), nodes.end());
      plan.warnings.push_back(
          fmt::format("output '{}' is left out; it needs ops that are not supported: {}", edges.ToText(terminal), ops));
    }
  }
  if (!plan.import.outputs.empty() || !loops.empty()) return;
  std::sort(left_out.begin(), left_out.end());
  left_out.erase(std::unique(left_out.begin(), left_out.end()), left_out.end());
  CheckImportable(edges, left_out);
  throw Error(ErrorKind::kInvalidArgument,
              "no tensor at the end of the graph depends on an input; name the outputs with --output");
}

}  // namespace stepwell::converter
