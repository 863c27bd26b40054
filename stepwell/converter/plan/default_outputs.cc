#include "stepwell/converter/plan/default_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/unique_gather.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/plan/terminals.h"

namespace stepwell::converter {
namespace {

// Only what nothing but the assign reads; a copy of it that ends elsewhere is an output.
bool IsNextValue(std::span<const VariableLoop> loops, TensorId tensor) {
  return std::any_of(loops.begin(), loops.end(), [&](const VariableLoop& loop) { return loop.next == tensor; });
}

// What the tensor needs, with every loop cut.
std::vector<NodeIndex> NodesFor(const SourceEdges& edges, ImportPlan cut_plan, TensorId tensor) {
  cut_plan.outputs = {{edges.ToText(tensor), tensor}};
  RewriteUniqueGathers(edges, cut_plan);
  return NeededNodes(edges, cut_plan);
}

// Throws; `possible` are the outputs that need none of these ops.
void RefuseOps(const SourceEdges& edges, const std::vector<NodeIndex>& nodes,
               const std::vector<ImportOutput>& possible) {
  const auto hint = [&] {
    std::vector<std::string> names;
    for (const ImportOutput& output : possible) names.push_back(output.name);
    return fmt::format("choosing outputs; {} without these ops{}{}", names.empty() ? "there are none" : "name those",
                       names.empty() ? "" : ": --output ", Join(names, ","));
  };
  While(hint, [&] { CheckImportable(edges, nodes); });
}

}  // namespace

void AddDefaultOutputs(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                       const std::vector<bool>& depends, ConversionPlan& plan) {
  ImportPlan cut_plan = plan.import;
  for (const VariableLoop& loop : loops) {
    cut_plan.inputs.push_back(VariableInput(edges, variables, loop.variable, loop.next_reads));
  }
  std::set<NodeIndex> unsupported;
  for (const TensorId& terminal : TerminalTensors(edges, variables, depends)) {
    if (IsNextValue(loops, terminal)) continue;
    const std::vector<NodeIndex> nodes = NodesFor(edges, cut_plan, terminal);
    if (UnimportableOps(edges, nodes).empty()) {
      plan.import.outputs.push_back({edges.ToText(terminal), terminal});
    } else {
      unsupported.insert(nodes.begin(), nodes.end());
    }
  }
  if (!unsupported.empty()) RefuseOps(edges, {unsupported.begin(), unsupported.end()}, plan.import.outputs);
  if (!plan.import.outputs.empty()) return;
  throw Error(ErrorKind::kInvalidArgument,
              "no tensor at the end of the graph depends on an input; name the outputs with --output");
}

}  // namespace stepwell::converter
