#include "stepwell/converter/states/variable_loops.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "stepwell/base/error.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

// Whether `node` is computed from, or waits for, `ancestor`.
bool IsBehind(const SourceEdges& edges, NodeIndex ancestor, NodeIndex node, Follow follow) {
  return NodesBehind(edges, std::span(&node, 1), follow, [](NodeIndex) { return true; })[ancestor];
}

class LoopFinder {
 public:
  LoopFinder(const SourceEdges& edges, const Variables& variables, std::span<const NodeIndex> roots,
             const std::vector<bool>& depends_on_call)
      : edges_(edges),
        variables_(variables),
        depends_on_call_(depends_on_call),
        runs_(NodesBehind(edges, roots, Follow::kDataAndControl, [](NodeIndex) { return true; })) {}

  std::optional<VariableLoop> Find(const SourceVariable& variable) const {
    CheckOtherUpdates(variable);
    std::vector<NodeIndex> updates;
    for (const NodeIndex assign : variable.assigns) {
      if (IsUpdate(assign, variable.node)) updates.push_back(assign);
    }
    const auto runs = [&](NodeIndex assign) { return runs_[assign]; };
    const auto first_apart = std::stable_partition(updates.begin(), updates.end(), runs);
    if (first_apart != updates.begin() || variables_.IsStored(variable.node)) updates.erase(first_apart, updates.end());
    if (updates.empty()) return std::nullopt;
    if (updates.size() > 1) RefuseSeveral(variable.node, updates);
    return LoopOf(variable.node, updates[0]);
  }

 private:
  void CheckOtherUpdates(const SourceVariable& variable) const {
    for (const NodeIndex update : variable.other_updates) {
      if (!runs_[update]) continue;
      throw Error(
          ErrorKind::kUnsupported,
          fmt::format("variable '{}' is changed by node '{}' ({}) at every call; only Assign, AssignAdd and "
                      "AssignSub are supported. Of a training graph, name the outputs that you want with --output",
                      edges_.node(variable.node).name, edges_.node(update).name, edges_.node(update).op));
    }
  }

  bool IsUpdate(NodeIndex assign, NodeIndex variable) const {
    if (!IsPlainAssign(edges_.node(assign))) return true;
    const NodeIndex value = edges_.inputs(assign)[1].node;
    if (depends_on_call_[value]) return true;
    return IsBehind(edges_, variable, value, Follow::kData);
  }

  [[noreturn]] void RefuseSeveral(NodeIndex variable, const std::vector<NodeIndex>& updates) const {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("variable '{}' is changed by both '{}' and '{}'; name its next value with --states {}=NAME",
                            edges_.node(variable).name, edges_.node(updates[0]).name, edges_.node(updates[1]).name,
                            edges_.node(variable).name));
  }

  VariableLoop LoopOf(NodeIndex variable, NodeIndex assign) const {
    const TensorId next = IsPlainAssign(edges_.node(assign)) ? edges_.inputs(assign)[1] : TensorId{assign, 0};
    std::string evidence = fmt::format("{} '{}' stores '{}' in variable '{}'", edges_.node(assign).op,
                                       edges_.node(assign).name, edges_.ToText(next), edges_.node(variable).name);
    if (const auto waiting = WaitingFor(assign)) {
      evidence += fmt::format("; '{}' waits for it", edges_.node(*waiting).name);
    }
    return {variable, assign, next, std::move(evidence), NextReads(variable, assign)};
  }

  std::vector<TensorId> NextReads(NodeIndex variable, NodeIndex assign) const {
    std::vector<TensorId> reads;
    for (const NodeIndex read : variables_.at(variable).reads) {
      if (IsBehind(edges_, assign, read, Follow::kDataAndControl)) reads.push_back({read, 0});
    }
    return reads;
  }

  // A node that has the assign as a control input.
  std::optional<NodeIndex> WaitingFor(NodeIndex assign) const {
    for (const NodeIndex node : edges_.order()) {
      const auto waits = edges_.control_inputs(node);
      if (std::find(waits.begin(), waits.end(), assign) != waits.end()) return node;
    }
    return std::nullopt;
  }

  const SourceEdges& edges_;
  const Variables& variables_;
  const std::vector<bool>& depends_on_call_;
  std::vector<bool> runs_;  // with the outputs
};

}  // namespace

std::vector<bool> DependsOnCall(const SourceEdges& edges, std::span<const TensorId> fed,
                                std::span<const TensorId> frozen) {
  enum class Kind : std::uint8_t { kComputed, kFed, kFrozen };
  std::vector<Kind> kinds(edges.size());
  for (const TensorId& tensor : fed) kinds[tensor.node] = Kind::kFed;
  for (const TensorId& tensor : frozen) kinds[tensor.node] = Kind::kFrozen;
  const auto is_source = [&](NodeIndex index) {
    const SourceNode& node = edges.node(index);
    return kinds[index] == Kind::kFed || IsDataSource(node) || (IsPlaceholder(node) && OutputDType(node, 0));
  };
  const auto passes = [&](NodeIndex index) {
    return kinds[index] != Kind::kFrozen && !IsCheckpointOp(edges.node(index));
  };
  return NodesAhead(edges, is_source, passes);
}

std::vector<VariableLoop> FindVariableLoops(const SourceEdges& edges, const Variables& variables,
                                            std::span<const NodeIndex> roots, const std::vector<bool>& depends_on_call,
                                            const std::set<NodeIndex>& settled) {
  const LoopFinder finder(edges, variables, roots, depends_on_call);
  std::vector<VariableLoop> loops;
  for (const SourceVariable& variable : variables.all()) {
    if (settled.contains(variable.node)) continue;
    if (auto loop = finder.Find(variable)) loops.push_back(std::move(*loop));
  }
  return loops;
}

}  // namespace stepwell::converter
