#include "stepwell/runtime/value_homes.h"

#include "stepwell/runtime/arena.h"

namespace stepwell::runtime {
namespace {

using Home = Plan::Place::Home;

}  // namespace

ValueHomes::ValueHomes(const ir::Graph& graph, const passes::ConstantEvaluator& constants)
    : graph_(graph), constants_(constants), places_(graph.num_values()) {
  FindRoots();
  PlaceInputs();
  PlaceOutputs();
  PlaceInArena();
}

bool ValueHomes::IsStep(const ir::Node& node) const {
  return !node.outputs.empty() && !node.op->IsView() && !constants_.IsConstant(node.outputs[0]);
}

void ValueHomes::FindRoots() {
  for (std::uint32_t index = 0; index < graph_.num_values(); ++index) roots_.push_back({index});
  for (const ir::Node& node : graph_.nodes()) {
    if (!node.op->IsView() || constants_.IsConstant(node.outputs[0])) continue;
    STEPWELL_CHECK(graph_.value(node.inputs[0]).type.bytes() == graph_.value(node.outputs[0]).type.bytes());
    roots_[node.outputs[0].index] = Root(node.inputs[0]);
  }
}

void ValueHomes::PlaceInputs() {
  for (std::size_t input = 0; input < graph_.inputs().size(); ++input) {
    places_[graph_.inputs()[input].value.index] = Plan::Place{Home::kInput, input};
  }
}

void ValueHomes::PlaceOutputs() {
  for (std::size_t output = 0; output < graph_.outputs().size(); ++output) {
    const ir::ValueId root = Root(graph_.outputs()[output].value);
    if (constants_.IsConstant(root) || places_[root.index]) continue;
    places_[root.index] = Plan::Place{Home::kOutput, output};
  }
}

void ValueHomes::PlaceInArena() {
  std::vector<std::optional<std::size_t>> blocks(graph_.num_values());  // of roots, indices into `lifetimes`
  std::vector<Lifetime> lifetimes;
  const std::span<const ir::Node> nodes = graph_.nodes();
  for (std::size_t time = 0; time < nodes.size(); ++time) {
    if (!IsStep(nodes[time])) continue;
    for (const ir::ValueId input : nodes[time].inputs) {
      if (const auto block = blocks[Root(input).index]) lifetimes[*block].last = time;
    }
    for (const ir::ValueId output : nodes[time].outputs) {
      if (places_[output.index]) continue;
      blocks[output.index] = lifetimes.size();
      lifetimes.push_back({time, time, graph_.value(output).type.bytes()});
    }
  }
  const ArenaLayout layout = PlanArena(lifetimes);
  for (std::size_t value = 0; value < blocks.size(); ++value) {
    if (blocks[value]) places_[value] = Plan::Place{Home::kArena, layout.offsets[*blocks[value]]};
  }
  arena_bytes_ = layout.bytes;
}

}  // namespace stepwell::runtime
