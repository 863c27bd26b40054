#include "stepwell/converter/states/tensor_loops.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

template <std::size_t n>
bool IsOneOf(std::string_view op, const std::array<std::string_view, n>& ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

// Ops whose output holds elements of input 0 and nothing else.
constexpr std::array<std::string_view, 10> kSelections = {"Transpose",    "GatherNd", "Gather", "GatherV2",
                                                          "Slice",        "SplitV",   "Unpack", "ReverseSequence",
                                                          "StridedSlice", "ReverseV2"};
constexpr std::array<std::string_view, 5> kJoins = {"Concat", "ConcatV2", "Pack", "Select", "SelectV2"};

// Whether the elements of this input are, unchanged, among those of the node's outputs.
bool HandsOn(const SourceNode& node, std::size_t input) {
  if (IsCopyOrReshape(node) || IsOneOf(node.op, kSelections)) return input == 0;
  if (node.op == "Split") return input == 1;
  if (node.op == "ConcatV2") return input + 1 < node.inputs.size();
  if (node.op == "Pack") return true;
  return IsOneOf(node.op, kJoins) && input >= 1;  // Concat: the axis comes first; Select: the condition
}

// A recurrent op's state: the input that it starts from and the output that holds its new values.
struct StateSlot {
  std::string_view op;
  std::size_t input;
  int output;
  std::string_view name;
};
// Source: the op registrations in tensorflow/core/ops/rnn_ops.cc.
constexpr std::array kStateSlots = {StateSlot{"BlockLSTM", 2, 1, "cs"},     StateSlot{"BlockLSTM", 3, 6, "h"},
                                    StateSlot{"BlockLSTMV2", 2, 1, "cs"},   StateSlot{"BlockLSTMV2", 3, 6, "h"},
                                    StateSlot{"LSTMBlockCell", 1, 1, "cs"}, StateSlot{"LSTMBlockCell", 2, 6, "h"},
                                    StateSlot{"GRUBlockCell", 1, 3, "h"}};

// Where the elements of one tensor go by copies and selections: a step is a node, with or without a join behind it.
class CopyPaths {
 public:
  CopyPaths(const SourceEdges& edges, TensorId start, const std::vector<bool>& depends_on_call)
      : edges_(edges), depends_on_call_(depends_on_call), start_(start) {
    Visit(start, {start.node, false}, std::nullopt);
    while (!pending_.empty()) {
      const auto [tensor, step] = pending_.back();
      pending_.pop_back();
      Spread(tensor, step);
    }
  }

  // The nodes from the start to the output, when a join lies between them.
  std::optional<std::vector<NodeIndex>> JoinedPathTo(TensorId output) const {
    const auto last = came_from_.find({output.node, true});
    if (last == came_from_.end()) return std::nullopt;
    std::vector<NodeIndex> path;
    for (std::optional<Step> step = last->first; step; step = came_from_.at(*step)) path.push_back(step->first);
    std::reverse(path.begin(), path.end());
    return path;
  }

 private:
  using Step = std::pair<NodeIndex, bool>;

  void Visit(TensorId tensor, Step step, std::optional<Step> from) {
    if (came_from_.emplace(step, from).second) pending_.emplace_back(tensor, step);
  }

  void Spread(TensorId tensor, Step step) {
    for (const Use& use : edges_.uses(tensor.node)) {
      // Behind the start, any output of a node that hands elements on may hold them.
      if (tensor == start_ && edges_.inputs(use.node)[use.input] != start_) continue;
      if (!HandsOn(edges_.node(use.node), use.input)) continue;
      Visit({use.node, 0}, {use.node, step.second || JoinsData(use)}, step);
    }
  }

  bool JoinsData(const Use& use) const {
    const SourceNode& node = edges_.node(use.node);
    if (!IsOneOf(node.op, kJoins)) return false;
    const auto inputs = edges_.inputs(use.node);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i != use.input && HandsOn(node, i) && depends_on_call_[inputs[i].node]) return true;
    }
    return false;
  }

  const SourceEdges& edges_;
  const std::vector<bool>& depends_on_call_;
  TensorId start_;
  std::map<Step, std::optional<Step>> came_from_;
  std::vector<std::pair<TensorId, Step>> pending_;
};

// All tensors whose elements may be among those of `tensor`, by copies and selections; itself included.
std::set<TensorId> CopiedFrom(const SourceEdges& edges, TensorId tensor) {
  std::set<TensorId> found{tensor};
  std::vector<TensorId> pending{tensor};
  while (!pending.empty()) {
    const TensorId next = pending.back();
    pending.pop_back();
    const auto inputs = edges.inputs(next.node);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (HandsOn(edges.node(next.node), i) && found.insert(inputs[i]).second) pending.push_back(inputs[i]);
    }
  }
  return found;
}

std::optional<std::string> ProveByCopies(const SourceEdges& edges, const CopyPaths& paths, TensorId output) {
  const auto path = paths.JoinedPathTo(output);
  if (!path) return std::nullopt;
  std::string names;
  for (const NodeIndex node : *path) {
    names += fmt::format("{}{}", names.empty() ? "" : " -> ", edges.node(node).name);
  }
  return fmt::format("selected unchanged at length 0: {}", names);
}

std::optional<std::string> ProveBySlot(const SourceEdges& edges, TensorId input, TensorId output) {
  for (const TensorId& source : CopiedFrom(edges, output)) {
    for (const StateSlot& slot : kStateSlots) {
      const SourceNode& node = edges.node(source.node);
      const bool is_slot = slot.op == node.op && slot.output == source.port && slot.input < node.inputs.size();
      if (!is_slot || !CopiedFrom(edges, edges.inputs(source.node)[slot.input]).contains(input)) continue;
      return fmt::format("'{}' enters '{}' ({}) as its state {}, whose new values '{}' is taken from",
                         edges.ToText(input), node.name, node.op, slot.name, edges.ToText(output));
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<TensorLoop> FindTensorLoops(const SourceEdges& edges, std::span<const TensorId> inputs,
                                        std::span<const TensorId> outputs, const std::vector<bool>& depends_on_call) {
  std::vector<TensorLoop> loops;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const CopyPaths paths(edges, inputs[i], depends_on_call);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      auto evidence = ProveByCopies(edges, paths, outputs[o]);
      if (!evidence) evidence = ProveBySlot(edges, inputs[i], outputs[o]);
      if (evidence) loops.push_back({i, o, std::move(*evidence)});
    }
  }
  return loops;
}

}  // namespace stepwell::converter
