#include "stepwell/converter/plan/known_branches.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/converter/import/variables.h"

namespace stepwell::converter {
namespace {

bool IsSwitch(const SourceNode& node) { return node.op == "Switch" || node.op == "RefSwitch"; }
bool IsMerge(const SourceNode& node) { return node.op == "Merge" || node.op == "RefMerge"; }

std::optional<bool> TruthOf(const ir::ConstantData& value) {
  if (value.type.dtype != DType::kBool || value.num_elements() != 1) return std::nullopt;
  return !value.IsZero();
}

class BranchTaker {
 public:
  BranchTaker(const SourceEdges& edges, ImportPlan& plan)
      : edges_(edges), plan_(plan), cuts_(plan), is_dead_(edges.size()) {
    for (const ImportConstant& constant : plan.constants) {
      for (const TensorId& tensor : constant.cut.tensors) frozen_[tensor] = &constant.value;
    }
  }

  void Run() {
    for (const NodeIndex node : edges_.order()) {
      if (IsMerge(edges_.node(node))) {
        TakeLiveInput(node);
        continue;
      }
      is_dead_[node] = HasDeadInput(node);
      if (IsSwitch(edges_.node(node))) TakePort(node);
    }
  }

 private:
  bool IsDead(TensorId tensor) const {
    return !cuts_.Has(tensor) && (is_dead_[tensor.node] || dead_ports_.contains(tensor));
  }

  // Constants of a branch hang on it by control edges alone.
  bool HasDeadInput(NodeIndex node) const {
    const auto inputs = edges_.inputs(node);
    const auto controls = edges_.control_inputs(node);
    return std::any_of(inputs.begin(), inputs.end(), [&](TensorId tensor) { return IsDead(tensor); }) ||
           std::any_of(controls.begin(), controls.end(), [&](NodeIndex control) { return is_dead_[control]; });
  }

  std::optional<bool> Predicate(TensorId tensor) const {
    bool negated = false;
    for (std::size_t steps = 0; steps < edges_.size(); ++steps) {  // a hostile graph cannot run in circles
      if (const auto frozen = frozen_.find(tensor); frozen != frozen_.end()) return Negated(*frozen->second, negated);
      if (cuts_.Has(tensor)) return std::nullopt;
      const SourceNode& node = edges_.node(tensor.node);
      if (IsConst(node)) return Negated(ToConstantData(node.TensorAttr("value"), node.name), negated);
      const bool negates = node.op == "LogicalNot";
      if ((!negates && !IsCopy(node)) || edges_.inputs(tensor.node).empty()) return std::nullopt;
      negated = negated != negates;
      tensor = edges_.inputs(tensor.node)[0];
    }
    return std::nullopt;
  }

  static std::optional<bool> Negated(const ir::ConstantData& value, bool negated) {
    const auto truth = TruthOf(value);
    return truth ? std::optional(*truth != negated) : std::nullopt;
  }

  // Output 1 of a Switch has the value where the predicate is true, output 0 where it is not.
  void TakePort(NodeIndex node) {
    if (edges_.inputs(node).size() != 2) return;
    const auto predicate = Predicate(edges_.inputs(node)[1]);
    if (!predicate) return;
    dead_ports_.insert({node, *predicate ? 0 : 1});
    Take({node, *predicate ? 1 : 0}, edges_.inputs(node)[0]);
  }

  void TakeLiveInput(NodeIndex node) {
    std::vector<TensorId> live;
    for (const TensorId& input : edges_.inputs(node)) {
      if (!IsDead(input)) live.push_back(input);
    }
    is_dead_[node] = live.empty();
    const bool is_decided = live.size() == 1 && edges_.inputs(node).size() > 1;
    if (is_decided && edges_.node(live[0].node).op != "NextIteration") Take({node, 0}, live[0]);
  }

  void Take(TensorId tensor, TensorId value) {
    if (!cuts_.Has(tensor)) plan_.same[tensor] = value;
  }

  const SourceEdges& edges_;
  ImportPlan& plan_;
  CutSet cuts_;
  std::map<TensorId, const ir::ConstantData*> frozen_;
  std::vector<bool> is_dead_;  // by NodeIndex
  std::set<TensorId> dead_ports_;
};

}  // namespace

void TakeKnownBranches(const SourceEdges& edges, ImportPlan& plan) { BranchTaker(edges, plan).Run(); }

}  // namespace stepwell::converter
