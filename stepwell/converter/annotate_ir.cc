#include "stepwell/converter/annotate_ir.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/compress.h"
#include "stepwell/converter/roles/set_roles.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

// The entry of a name of the user's. Throws where there is none.
template <class Entry>
const Entry& EntryOf(std::span<const Entry> entries, std::optional<std::size_t> index, const std::string& name,
                     std::string_view kind) {
  if (index) return entries[*index];
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("--states: the file has no {} '{}'{}", kind, name, DidYouMean(name, names)));
}

std::vector<ir::StateVar> NamedStates(const ir::Graph& graph, const StateRequests& requests) {
  std::vector<ir::StateVar> states;
  for (const StateRequests::Pair& pair : requests.pairs) {
    const ir::Input& input = EntryOf(graph.inputs(), graph.FindInput(pair.input), pair.input, "input");
    const ir::Output& output = EntryOf(graph.outputs(), graph.FindOutput(pair.output), pair.output, "output");
    states.push_back({input.name, input.name, output.name, std::nullopt, "named by --states"});
  }
  return states;
}

// The file's states that no named pair replaces, and the named ones.
std::vector<ir::StateVar> StatesOf(const ir::Graph& graph, const StateRequests& requests) {
  std::vector<ir::StateVar> states = NamedStates(graph, requests);
  if (requests.mode == StateRequests::Mode::kNone) return states;
  for (const ir::StateVar& state : graph.states()) {
    const bool is_replaced = std::any_of(states.begin(), states.end(), [&](const ir::StateVar& named) {
      return named.input == state.input || named.output == state.output;
    });
    if (!is_replaced) states.push_back(state);
  }
  return states;
}

ir::Graph Annotated(const ir::Graph& graph, const ConvertOptions& options, std::vector<std::string>& warnings) {
  passes::Rewriter rewriter(graph);
  rewriter.CopyInputs();
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  ir::GraphBuilder& builder = rewriter.builder();
  for (const ir::Output& output : graph.outputs()) builder.AddOutput(output.name, rewriter.Mapped(output.value));
  for (ir::StateVar& state : StatesOf(graph, options.states)) builder.AddState(std::move(state));
  builder.CopyFacts(graph);
  if (!options.model_name.empty()) builder.SetName(options.model_name);
  if (graph.roles().empty() || !options.roles.empty()) SetRoles(builder, options.roles, warnings);
  return std::move(builder).Build();
}

}  // namespace

bool IsIrFile(const std::filesystem::path& path) { return path.extension() == ".xml"; }

ConvertResult AnnotateIr(const ConvertOptions& options) {
  const std::filesystem::path& path = options.source.model;
  ConvertResult result{ir::ReadIr(path, ops::MakeOp), {}, path, {}};
  return While([&] { return fmt::format("taking '{}'", path.string()); },
               [&] {
                 result.graph = Annotated(result.graph, options, result.warnings);
                 if (options.weights == ConvertOptions::Weights::kF16) result.graph = CompressToF16(result.graph);
                 return std::move(result);
               });
}

}  // namespace stepwell::converter
