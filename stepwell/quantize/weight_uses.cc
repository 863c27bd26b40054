#include "stepwell/quantize/weight_uses.h"

#include <algorithm>

#include "stepwell/ir/roles.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"

namespace stepwell::quantize {
namespace {

namespace recurrent = ops::recurrent;

struct Use {
  enum class Kind : std::uint8_t { kNone, kWeight, kOther };
  Kind kind = Kind::kNone;
  WeightUse weight;

  static Use Other() { return {Kind::kOther, {}}; }
  static Use Weight(SummedAxis summed, const std::string& user) { return {Kind::kWeight, {summed, {user}}}; }

  void Merge(const Use& other) {
    if (other.kind == Kind::kNone) return;
    if (kind == Kind::kNone) {
      *this = other;
    } else if (kind == Kind::kOther || other.kind == Kind::kOther || weight.summed != other.weight.summed) {
      *this = Other();
    } else {
      weight.users.insert(weight.users.end(), other.weight.users.begin(), other.weight.users.end());
    }
  }
};

bool IsCellWeight(const ir::Op& op, std::size_t port) {
  const auto first = CellWeightPort(op);
  return first && (port == *first || port == *first + 1);
}

std::vector<bool> BehindSamples(const ir::Graph& graph) {
  std::vector<bool> behind(graph.num_values());
  const auto role = graph.roles().find(std::string(ir::kRoleSamples));
  if (role == graph.roles().end()) return behind;
  for (const ir::Input& input : graph.inputs()) behind[input.value.index] = input.name == role->second;
  for (const ir::Node& node : graph.nodes()) {
    const bool is_behind =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId input) { return behind[input.index]; });
    for (const ir::ValueId output : node.outputs) behind[output.index] = is_behind;
  }
  return behind;
}

// Finds the uses of all values of a graph, from its end to its beginning. Bodies lie as deep in one another as what was
// read (limits::kDeepestBody).
class Finder {
 public:
  explicit Finder(const ir::Graph& graph) : uses_(graph.num_values()), behind_samples_(BehindSamples(graph)) {
    for (const ir::Output& output : graph.outputs()) uses_[output.value.index] = Use::Other();
    for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) Visit(*node);
  }

  const std::vector<Use>& uses() const { return uses_; }

 private:
  void Visit(const ir::Node& node) {
    if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) return VisitLoop(node, *loop);
    for (std::size_t port = 0; port < node.inputs.size(); ++port) {
      uses_[node.inputs[port].index].Merge(UseAt(node, port));
    }
  }

  Use UseAt(const ir::Node& node, std::size_t port) const {
    if (ir::As<ops::elementwise::Convert>(*node.op) != nullptr) return uses_[node.outputs[0].index];
    if (IsCellWeight(*node.op, port)) return Use::Weight(SummedAxis::kLast, node.name);
    const auto* product = ir::As<ops::matmul::MatMul>(*node.op);
    if (product == nullptr || port != 1 || behind_samples_[node.outputs[0].index]) return Use::Other();
    return Use::Weight(product->transpose_b ? SummedAxis::kLast : SummedAxis::kLastButOne, node.name);
  }

  void VisitLoop(const ir::Node& node, const ir::SubgraphOp& loop) {
    const Finder body(*loop.body);
    std::vector<bool> is_mapped(node.inputs.size());
    for (const ir::SubgraphOp::InputMap& map : loop.input_map) {
      is_mapped[AsSize(map.external_port)] = true;
      uses_[node.inputs[AsSize(map.external_port)].index].Merge(UseInBody(node, loop, map, body));
    }
    for (std::size_t port = 0; port < node.inputs.size(); ++port) {
      if (!is_mapped[port]) uses_[node.inputs[port].index].Merge(Use::Other());
    }
  }

  static Use UseInBody(const ir::Node& node, const ir::SubgraphOp& loop, const ir::SubgraphOp::InputMap& map,
                       const Finder& body) {
    const bool goes_round = std::any_of(loop.back_edges.begin(), loop.back_edges.end(),
                                        [&](const auto& edge) { return edge.body_input == map.body_input; });
    if (goes_round || map.slicing) return Use::Other();
    Use use = body.uses()[loop.body->inputs()[AsSize(map.body_input)].value.index];
    for (std::string& user : use.weight.users) user = node.name + "/" + user;
    return use;
  }

  std::vector<Use> uses_;  // by ValueId
  std::vector<bool> behind_samples_;
};

}  // namespace

// The inputs X and states come first.
std::optional<std::size_t> CellWeightPort(const ir::Op& op) {
  if (ir::As<recurrent::LstmCell>(op) != nullptr) return 3;
  if (ir::As<recurrent::LstmSequence>(op) != nullptr) return 4;
  if (ir::As<recurrent::GruCell>(op) != nullptr || ir::As<recurrent::RnnCell>(op) != nullptr) return 2;
  const bool is_sequence =
      ir::As<recurrent::GruSequence>(op) != nullptr || ir::As<recurrent::RnnSequence>(op) != nullptr;
  return is_sequence ? std::optional<std::size_t>(3) : std::nullopt;
}

std::vector<std::optional<WeightUse>> WeightUses(const ir::Graph& graph) {
  std::vector<std::optional<WeightUse>> found;
  const Finder finder(graph);
  for (const Use& use : finder.uses()) {
    found.push_back(use.kind == Use::Kind::kWeight ? std::optional(use.weight) : std::nullopt);
  }
  return found;
}

}  // namespace stepwell::quantize
