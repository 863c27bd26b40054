#include "stepwell/converter/states/pairing.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/plan/terminals.h"
#include "stepwell/converter/states/tensor_loops.h"

namespace stepwell::converter {
namespace {

bool HasPair(const ConversionPlan& plan, const std::string& input) {
  return std::any_of(plan.pairs.begin(), plan.pairs.end(), [&](const StatePair& pair) { return pair.input == input; });
}

bool IsOutputOfPair(const ConversionPlan& plan, const std::string& output) {
  return std::any_of(plan.pairs.begin(), plan.pairs.end(),
                     [&](const StatePair& pair) { return pair.output == output; });
}

struct Ends {
  std::vector<const ImportInput*> inputs;
  std::vector<TensorId> input_tensors;
  std::vector<const ImportOutput*> outputs;
  std::vector<TensorId> output_tensors;
};

Ends FreeEnds(const ConversionPlan& plan) {
  Ends ends;
  for (const ImportInput& input : plan.import.inputs) {
    if (input.cut.tensors.empty() || HasPair(plan, input.name)) continue;
    ends.inputs.push_back(&input);
    ends.input_tensors.push_back(input.cut.tensors[0]);
  }
  for (const ImportOutput& output : plan.import.outputs) {
    if (IsOutputOfPair(plan, output.name)) continue;
    ends.outputs.push_back(&output);
    ends.output_tensors.push_back(output.tensor);
  }
  return ends;
}

// Of variables, whoever included the loops has warned.
void WarnOfStatesNotAskedFor(const SourceEdges& edges, const Variables& variables, const Ends& ends,
                             const std::vector<bool>& depends_on_call, std::vector<std::string>& warnings) {
  const std::vector<TensorId> terminals = TerminalTensors(edges, variables, depends_on_call);
  for (const TensorLoop& loop : FindTensorLoops(edges, ends.input_tensors, terminals, depends_on_call)) {
    if (VariableNamed(edges, variables, ends.input_tensors[loop.input])) continue;
    warnings.push_back(fmt::format("input '{}' looks like a state whose next value '{}' is not among the outputs",
                                   ends.inputs[loop.input]->name, edges.ToText(terminals[loop.output])));
  }
}

const ir::Input* FindInput(const ir::Graph& graph, const std::string& name) {
  const auto index = graph.FindInput(name);
  return index ? &graph.inputs()[*index] : nullptr;
}

TensorType TypeOfInput(const ir::Graph& graph, const std::string& name) {
  return graph.value(FindInput(graph, name)->value).type;
}

ir::ValueId ValueOfOutput(const ir::Graph& graph, const std::string& name) {
  return graph.outputs()[graph.FindOutput(name).value()].value;
}

bool TypesAgree(const ir::Graph& graph, const StatePair& pair) {
  const TensorType input = TypeOfInput(graph, pair.input);
  const TensorType output = graph.value(ValueOfOutput(graph, pair.output)).type;
  return input.dtype == output.dtype && ShapesAgree(input.shape, output.shape);
}

// The pairs by edges that claim the same input or the same output value, of which at most one can be true. Two outputs
// with the same value are no contradiction.
bool Contradict(const ir::Graph& graph, const StatePair& a, const StatePair& b) {
  const bool same_input = a.input == b.input;
  const bool same_output = ValueOfOutput(graph, a.output) == ValueOfOutput(graph, b.output);
  return same_input != same_output;
}

// Repeated along dimensions where it has one element, the initial value must be the state's.
void CheckInitial(const StatePair& pair, const TensorType& type) {
  if (!pair.initial) return;
  const TensorType& initial = pair.initial->type;
  bool fits = initial.dtype == type.dtype && initial.shape.rank() == type.shape.rank();
  for (int axis = 0; fits && axis < type.shape.rank(); ++axis) {
    fits = initial.shape[axis] == 1 || DimsAgree(initial.shape[axis], type.shape[axis]);
  }
  if (fits) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("state '{}' is {} and its initial value {}", pair.name, ToText(type), ToText(initial)));
}

}  // namespace

void PairByEdges(const SourceEdges& edges, const Variables& variables, const std::vector<bool>& depends_on_call,
                 ConversionPlan& plan) {
  const Ends ends = FreeEnds(plan);
  std::vector<StatePair> found;
  for (TensorLoop& loop : FindTensorLoops(edges, ends.input_tensors, ends.output_tensors, depends_on_call)) {
    const std::string& input = ends.inputs[loop.input]->name;
    found.push_back({StatePair::Proof::kEdges, input, input, ends.outputs[loop.output]->name, std::nullopt,
                     std::move(loop.evidence)});
  }
  plan.pairs.insert(plan.pairs.end(), found.begin(), found.end());
  WarnOfStatesNotAskedFor(edges, variables, FreeEnds(plan), depends_on_call, plan.warnings);
}

void AddStates(const ConversionPlan& plan, ir::GraphBuilder& builder, std::vector<std::string>& warnings) {
  const ir::Graph& graph = builder.graph();
  std::vector<const StatePair*> by_edges;
  for (const StatePair& pair : plan.pairs) {
    const bool is_certain = pair.proof != StatePair::Proof::kEdges;
    if (is_certain || TypesAgree(graph, pair)) by_edges.push_back(&pair);
  }
  for (const StatePair* pair : by_edges) {
    const auto rival = std::find_if(by_edges.begin(), by_edges.end(),
                                    [&](const StatePair* other) { return Contradict(graph, *pair, *other); });
    if (pair->proof == StatePair::Proof::kEdges && rival != by_edges.end()) {
      warnings.push_back(fmt::format("'{}' and '{}' may be a state, and so may '{}' and '{}'; say which with --states",
                                     pair->input, pair->output, (*rival)->input, (*rival)->output));
      continue;
    }
    if (graph.FindStateOfInput(pair->input) != nullptr) continue;  // the same value under another output's name
    CheckInitial(*pair, TypeOfInput(graph, pair->input));
    builder.AddState({pair->name, pair->input, pair->output, pair->initial, pair->evidence});
  }
}

}  // namespace stepwell::converter
