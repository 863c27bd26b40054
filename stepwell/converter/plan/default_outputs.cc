#include "stepwell/converter/plan/default_outputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/unique_gather.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/plan/terminals.h"

namespace stepwell::converter {
namespace {

constexpr std::size_t kMostExamined = 64;

// Only what nothing but the assign reads; a copy of it that ends elsewhere is an output.
bool IsNextValue(std::span<const VariableLoop> loops, TensorId tensor) {
  return std::any_of(loops.begin(), loops.end(), [&](const VariableLoop& loop) { return loop.next == tensor; });
}

// What the tensors need.
std::vector<NodeIndex> NodesFor(const SourceEdges& edges, ImportPlan cut_plan, std::span<const TensorId> tensors) {
  cut_plan.outputs.clear();
  for (const TensorId& tensor : tensors) cut_plan.outputs.push_back({edges.ToText(tensor), tensor});
  RewriteUniqueGathers(edges, cut_plan);
  return NeededNodes(edges, cut_plan);
}

// Names the outputs that need none of the ops that are missing, of the first ones.
std::string Hint(const SourceEdges& edges, const ImportPlan& cut_plan, std::span<const TensorId> terminals) {
  std::vector<std::string> names;
  for (const TensorId& terminal : terminals.first(std::min(terminals.size(), kMostExamined))) {
    const std::vector<NodeIndex> nodes = NodesFor(edges, cut_plan, std::span(&terminal, 1));
    if (UnimportableOps(edges, nodes).empty()) names.push_back(edges.ToText(terminal));
  }
  if (names.empty()) return "choosing outputs; there are none without these ops";
  return fmt::format("choosing outputs; name those without these ops: --output {}", Join(names, ","));
}

}  // namespace

void AddDefaultOutputs(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                       const std::vector<bool>& depends, ConversionPlan& plan) {
  ImportPlan cut_plan = plan.import;
  for (const VariableLoop& loop : loops) {
    cut_plan.inputs.push_back(VariableInput(edges, variables, loop.variable, loop.next_reads));
  }
  std::vector<TensorId> terminals = TerminalTensors(edges, variables, depends);
  terminals.erase(std::remove_if(terminals.begin(), terminals.end(),
                                 [&](const TensorId& terminal) { return IsNextValue(loops, terminal); }),
                  terminals.end());
  if (terminals.empty()) {
    throw Error(ErrorKind::kInvalidArgument,
                "no tensor at the end of the graph depends on an input; name the outputs with --output");
  }
  While([&] { return Hint(edges, cut_plan, terminals); },
        [&] { CheckImportable(edges, NodesFor(edges, cut_plan, terminals)); });
  for (const TensorId& terminal : terminals) plan.import.outputs.push_back({edges.ToText(terminal), terminal});
}

}  // namespace stepwell::converter
