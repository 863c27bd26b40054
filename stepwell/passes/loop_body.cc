#include "stepwell/passes/loop_body.h"

#include <algorithm>
#include <cmath>

#include "stepwell/ops/control/body.h"
#include "stepwell/ops/elementwise/binary.h"

namespace stepwell::passes {

std::optional<std::int64_t> LoopBody::InputBehind(ir::ValueId value) const {
  const std::span<const ir::Input> inputs = matcher_.graph().inputs();
  const ir::ValueId behind = matcher_.BehindViews(value);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].value == behind) return static_cast<std::int64_t>(i);
  }
  return std::nullopt;
}

const ir::SubgraphOp::InputMap* LoopBody::MapBehind(ir::ValueId value) const {
  const auto input = InputBehind(value);
  if (!input) return nullptr;
  const auto map = std::find_if(op_.input_map.begin(), op_.input_map.end(),
                                [&](const auto& candidate) { return candidate.body_input == *input; });
  return map == op_.input_map.end() ? nullptr : &*map;
}

std::optional<ir::ValueId> LoopBody::NextOf(ir::ValueId input) const {
  const auto fed = InputBehind(input);
  for (const ir::SubgraphOp::BackEdge& edge : op_.back_edges) {
    if (fed && edge.body_input == *fed) return OutputBehind(edge.body_output);
  }
  return std::nullopt;
}

std::optional<std::int64_t> LoopBody::CounterStart(ir::ValueId value) const {
  const auto input = InputBehind(value);
  if (!input) return std::nullopt;
  if (op_.iteration_input == input) return 0;
  const auto next = NextOf(value);
  const auto* map = MapBehind(value);
  if (!next || map == nullptr || map->slicing) return std::nullopt;
  const auto start = outer_.UniformValue(node_.inputs[AsSize(map->external_port)]);
  if (!start || *start != std::floor(*start) || std::abs(*start) > 1e9) return std::nullopt;
  for (const auto& [counter, step] : matcher_.Operands<ops::elementwise::Add>(*next)) {
    if (InputBehind(counter) == input && matcher_.UniformValue(step) == 1.0) return static_cast<std::int64_t>(*start);
  }
  return std::nullopt;
}

std::optional<std::size_t> LoopBody::UnchangingInput(ir::ValueId value) const {
  const auto* map = MapBehind(value);
  if (map == nullptr) return ConstantInput(value);
  if (map->slicing || ops::control::IsCarried(op_, map->body_input)) return std::nullopt;
  return AsSize(map->external_port);
}

std::optional<std::size_t> LoopBody::ConstantInput(ir::ValueId value) const {
  const ir::ConstantData* constant = matcher_.graph().constant(matcher_.BehindViews(value));
  for (std::size_t input = 0; constant != nullptr && input < node_.inputs.size(); ++input) {
    const ir::ConstantData* outer = outer_.graph().constant(node_.inputs[input]);
    if (outer != nullptr && outer->identity == constant->identity) return input;
  }
  return std::nullopt;
}

}  // namespace stepwell::passes
