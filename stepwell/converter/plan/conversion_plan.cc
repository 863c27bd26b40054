#include "stepwell/converter/plan/conversion_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/converter/import/unique_gather.h"
#include "stepwell/converter/plan/data_sources.h"
#include "stepwell/converter/plan/default_outputs.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/plan/known_branches.h"
#include "stepwell/converter/plan/requested_inputs.h"
#include "stepwell/converter/plan/terminals.h"
#include "stepwell/converter/states/include_loops.h"
#include "stepwell/converter/states/pairing.h"
#include "stepwell/converter/states/variable_loops.h"

namespace stepwell::converter {
namespace {

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

// A pair of --states. Its input is made one, and its output wanted, whether or not other flags say so.
struct NamedState {
  std::string input_name;
  std::string output_name;
  ResolvedTensor input;
  TensorId output;
};

class Planner {
 public:
  Planner(const SourceEdges& edges, const Variables& variables, const ConvertOptions& options)
      : edges_(edges), variables_(variables), options_(options) {}

  ConversionPlan Run() {
    requested_ = ResolveRequestedInputs(edges_, options_);
    ResolveNamedStates();
    AddDataSources();
    for (const RequestedInput& request : requested_) AddRequestedInput(edges_, variables_, request, plan_);
    TakeKnownBranches(edges_, plan_.import);
    ResolveOutputs();
    FindLoops();
    if (options_.outputs.empty()) {
      AddDefaultOutputs(edges_, variables_, loops_, Depends(), plan_);
    }
    PairNamedStates();
    const OutputChoice choice = options_.outputs.empty() ? OutputChoice::kDefault : OutputChoice::kUser;
    IncludeLoops(edges_, variables_, loops_, requested_, choice, plan_);
    AddPlaceholders();
    if (options_.variables == ConvertOptions::Variables::kStructure) AddStructureVariables();
    RewriteUniqueGathers(edges_, plan_.import);
    DropUnreadSources();
    GiveLooseShapes();
    CheckImportable(edges_, NeededNodes(edges_, plan_.import));
    PairByEdges(edges_, variables_, depends_on_call_, plan_);
    if (options_.states.mode == StateRequests::Mode::kNone) plan_.pairs.clear();
    return std::move(plan_);
  }

 private:
  ResolvedTensor Resolve(const TensorRequest& request, std::string_view flag) const {
    return While([&] { return fmt::format("looking for '{}' of {}", request.text, flag); },
                 [&] { return ResolveTensor(edges_, request); });
  }

  void ResolveNamedStates() {
    const std::string_view flag = options_.transforms.stateful.empty() ? "--states" : "MakeStateful or --states";
    for (const StateRequests::Pair& pair : options_.states.pairs) {
      NamedState state{pair.input, pair.output, Resolve(ParseTensorRequest(pair.input, flag), flag),
                       Resolve(ParseTensorRequest(pair.output, flag), flag).tensor};
      const RequestedInput* request = FindRequested(state.input);
      if (request != nullptr) {
        state.input_name = request->name;
      } else {
        requested_.push_back({pair.input, state.input, std::nullopt, std::nullopt, std::nullopt});
      }
      named_states_.push_back(std::move(state));
    }
  }

  // Iterators and queues are fed like placeholders, behind what the user named.
  void AddDataSources() {
    for (RequestedInput& source : DataSourceInputs(edges_)) {
      if (FindRequested(source.resolved) != nullptr) continue;
      from_sources_.insert({source.name, source.resolved.tensor});
      requested_.push_back(std::move(source));
    }
  }

  void DropUnreadSources() {
    auto& inputs = plan_.import.inputs;
    inputs.erase(std::remove_if(inputs.begin(), inputs.end(),
                                [&](const ImportInput& input) {
                                  const auto source = from_sources_.find(input.name);
                                  return source != from_sources_.end() && !IsRead(edges_, plan_.import, source->second);
                                }),
                 inputs.end());
  }

  // The request for the same tensor, edge or variable.
  const RequestedInput* FindRequested(const ResolvedTensor& resolved) const {
    const auto variable = VariableNamed(edges_, variables_, resolved.tensor);
    const auto found = std::find_if(requested_.begin(), requested_.end(), [&](const RequestedInput& request) {
      if (request.resolved.tensor == resolved.tensor && request.resolved.edge == resolved.edge) return true;
      return variable && VariableNamed(edges_, variables_, request.resolved.tensor) == variable;
    });
    return found == requested_.end() ? nullptr : &*found;
  }

  void ResolveOutputs() {
    std::set<std::string_view> names;
    for (const TensorRequest& request : options_.outputs) {
      if (!names.insert(request.text).second) Refuse(fmt::format("--output names '{}' twice", request.text));
      const TensorId tensor =
          While([&] { return WhereTheGraphEnds(); }, [&] { return Resolve(request, "--output").tensor; });
      plan_.import.outputs.push_back({request.text, tensor});
    }
  }

  // Names of another version of the model are often like none of this one.
  std::string WhereTheGraphEnds() const {
    constexpr std::size_t kMostNames = 8;
    std::vector<std::string> names;
    for (const TensorId& terminal : TerminalTensors(edges_, variables_, Depends())) {
      names.push_back(fmt::format("'{}'", edges_.ToText(terminal)));
    }
    const std::string_view more = names.size() > kMostNames ? ", …" : "";
    names.resize(std::min(names.size(), kMostNames));
    return fmt::format("choosing outputs; the graph ends in {}{}", Join(names, ", "), more);
  }

  // By NodeIndex: on the call's data, or on a loop's variable once the loops are found.
  std::vector<bool> Depends() const {
    std::vector<TensorId> fed;
    std::vector<TensorId> frozen;
    for (const RequestedInput& request : requested_) {
      (request.value ? frozen : fed).push_back(request.resolved.tensor);
    }
    for (const VariableLoop& loop : loops_) fed.push_back({loop.variable, 0});
    return DependsOnCall(edges_, fed, frozen);
  }

  void FindLoops() {
    depends_on_call_ = Depends();
    std::vector<NodeIndex> roots;
    for (const ImportOutput& output : plan_.import.outputs) roots.push_back(output.tensor.node);
    if (roots.empty()) roots = UnreadNodes(edges_);
    std::set<NodeIndex> named;
    for (const NamedState& state : named_states_) {
      if (const auto variable = VariableNamed(edges_, variables_, state.input.tensor)) named.insert(*variable);
    }
    loops_ = FindVariableLoops(edges_, variables_, roots, depends_on_call_, named);
    for (const VariableLoop& loop : loops_) {
      for (const TensorId& read : loop.next_reads) plan_.import.same[read] = loop.next;
    }
  }

  void PairNamedStates() {
    for (const NamedState& state : named_states_) {
      const std::string output = WantOutput(edges_, state.output, state.output_name, plan_);
      plan_.pairs.push_back(
          {StatePair::Proof::kNamed, state.input_name, state.input_name, output, std::nullopt, "named by --states"});
    }
  }

  // Placeholders that are needed come behind what the user named and before the variables; where the user named
  // nothing, also those that no output needs: a caller may feed them.
  void AddPlaceholders() {
    std::vector<bool> wanted(edges_.size(), options_.inputs.empty() && options_.outputs.empty());
    for (const NodeIndex node : NeededNodes(edges_, plan_.import)) wanted[node] = true;
    const CutSet cuts(plan_.import);
    std::vector<ImportInput> placeholders;
    for (NodeIndex node = 0; node < edges_.size(); ++node) {
      if (!wanted[node] || !IsPlaceholder(edges_.node(node)) || cuts.Has(TensorId{node, 0})) continue;
      if (edges_.uses(node).empty() && !OutputDType(edges_.node(node), 0)) continue;
      placeholders.push_back(PlaceholderInput(edges_, node));
    }
    const auto is_requested = [&](const ImportInput& input) {
      return std::any_of(requested_.begin(), requested_.end(),
                         [&](const RequestedInput& request) { return request.name == input.name; });
    };
    auto& inputs = plan_.import.inputs;
    const auto first_variable = std::find_if_not(inputs.begin(), inputs.end(), is_requested);
    inputs.insert(first_variable, placeholders.begin(), placeholders.end());
  }

  // Variables without a value that are needed become inputs of their own names.
  void AddStructureVariables() {
    for (const NodeIndex node : NeededNodes(edges_, plan_.import)) {
      if (!IsVariable(edges_.node(node)) || variables_.IsStored(node)) continue;
      ImportInput input = VariableInput(edges_, variables_, node, {});
      input.name = edges_.node(node).name;
      plan_.structure_variables.push_back(input.name);
      plan_.import.inputs.push_back(std::move(input));
    }
  }

  // --input_shape without --input: one shape for each placeholder.
  void GiveLooseShapes() {
    if (!options_.inputs.empty() || options_.input_shapes.empty()) return;
    std::vector<const ImportInput*> takers;
    for (const ImportInput& input : plan_.import.inputs) {
      const bool is_placeholder = !input.cut.tensors.empty() && IsPlaceholder(edges_.node(input.cut.tensors[0].node));
      if (is_placeholder || from_sources_.contains(input.name)) takers.push_back(&input);
    }
    if (takers.size() != options_.input_shapes.size()) {
      Refuse(fmt::format("--input_shape has {} shapes for {} inputs; say with --input which are meant",
                         options_.input_shapes.size(), takers.size()));
    }
    for (std::size_t i = 0; i < takers.size(); ++i) plan_.wanted_shapes[takers[i]->name] = options_.input_shapes[i];
  }

  const SourceEdges& edges_;
  const Variables& variables_;
  const ConvertOptions& options_;
  ConversionPlan plan_;
  std::vector<RequestedInput> requested_;
  std::vector<NamedState> named_states_;
  std::map<std::string, TensorId> from_sources_;  // inputs that DataSourceInputs() found, by name
  std::vector<bool> depends_on_call_;
  std::vector<VariableLoop> loops_;
};

}  // namespace

ConversionPlan PlanConversion(const SourceEdges& edges, const Variables& variables, const ConvertOptions& options) {
  return Planner(edges, variables, options).Run();
}

}  // namespace stepwell::converter
