#include "stepwell/converter/states/include_loops.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/plan/input_plan.h"
#include "stepwell/converter/states/initial_value.h"

namespace stepwell::converter {
namespace {

const ImportOutput* FindOutput(const SourceEdges& edges, TensorId tensor, const ConversionPlan& plan) {
  const auto& outputs = plan.import.outputs;
  const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const ImportOutput& output) {
    return edges.Origin(output.tensor) == edges.Origin(tensor);
  });
  return found == outputs.end() ? nullptr : &*found;
}

class LoopIncluder {
 public:
  LoopIncluder(const SourceEdges& edges, const Variables& variables, OutputChoice choice, ConversionPlan& plan)
      : edges_(edges), variables_(variables), choice_(choice), plan_(plan) {}

  void Include(std::span<const VariableLoop> loops, std::span<const RequestedInput> requested) {
    std::vector<const VariableLoop*> open;
    for (const VariableLoop& loop : loops) {
      if (!IncludeRequested(loop, requested)) open.push_back(&loop);
    }
    while (IncludeNeeded(open)) {
    }
    for (ImportInput& input : inputs_) plan_.import.inputs.push_back(std::move(input));
  }

 private:
  // False where the user did not make the variable an input.
  bool IncludeRequested(const VariableLoop& loop, std::span<const RequestedInput> requested) {
    const auto input = std::find_if(requested.begin(), requested.end(), [&](const RequestedInput& request) {
      return VariableNamed(edges_, variables_, request.resolved.tensor) == loop.variable;
    });
    if (input == requested.end()) return false;
    if (input->value) return true;  // frozen: it is a constant now
    if (choice_ == OutputChoice::kUser && FindOutput(edges_, loop.next, plan_) == nullptr) {
      const std::string next = edges_.ToText(loop.next);
      plan_.warnings.push_back(
          fmt::format("input '{}' is no state: its next value '{}' is not among the outputs; add it to --output",
                      input->name, next));
    } else {
      Pair(loop, input->name);
    }
    return true;
  }

  // Includes the loops that are needed now; false where there are none.
  bool IncludeNeeded(std::vector<const VariableLoop*>& open) {
    std::vector<bool> needed(edges_.size());
    for (const NodeIndex node : NeededNodes(edges_, plan_.import)) needed[node] = true;
    const auto first_needed = std::stable_partition(open.begin(), open.end(),
                                                    [&](const VariableLoop* loop) { return !needed[loop->variable]; });
    for (auto loop = first_needed; loop != open.end(); ++loop) {
      inputs_.push_back(VariableInput(edges_, variables_, (*loop)->variable, (*loop)->next_reads));
      Pair(**loop, inputs_.back().name);
    }
    const bool any = first_needed != open.end();
    open.erase(first_needed, open.end());
    return any;
  }

  void Pair(const VariableLoop& loop, const std::string& input) {
    const std::string output = WantOutput(edges_, loop.next, edges_.ToText(loop.next), plan_);
    plan_.pairs.push_back({StatePair::Proof::kVariable, edges_.node(loop.variable).name, input, output,
                           InitialValue(edges_, variables_, loop.variable, loop.assign), loop.evidence});
  }

  const SourceEdges& edges_;
  const Variables& variables_;
  OutputChoice choice_;
  ConversionPlan& plan_;
  std::vector<ImportInput> inputs_;
};

}  // namespace

std::string WantOutput(const SourceEdges& edges, TensorId tensor, const std::string& name, ConversionPlan& plan) {
  if (const ImportOutput* output = FindOutput(edges, tensor, plan)) return output->name;
  plan.import.outputs.push_back({name, tensor});
  return name;
}

void IncludeLoops(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                  std::span<const RequestedInput> requested, OutputChoice choice, ConversionPlan& plan) {
  LoopIncluder(edges, variables, choice, plan).Include(loops, requested);
}

}  // namespace stepwell::converter
