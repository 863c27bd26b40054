#include "stepwell/passes/lstm_pattern.h"

#include <algorithm>
#include <utility>

#include "stepwell/ops/recurrent/lstm_cell.h"

namespace stepwell::passes {
using ops::recurrent::LstmCell;

std::optional<LstmPattern> WithInputsSwapped(const LstmPattern& pattern) {
  if (!pattern.recurrent || pattern.gru) return std::nullopt;
  LstmPattern swapped = pattern;
  std::swap(swapped.x, swapped.h);
  std::swap(swapped.kernel, *swapped.recurrent);
  return swapped;
}

namespace {

// Whether all inputs from `first_weight` on are constants, and the arithmetic is that of f32.
bool HasPackableWeights(const Matcher& matcher, const ir::Node& node, std::size_t first_weight) {
  const auto weights = std::span<const ir::ValueId>(node.inputs).subspan(first_weight);
  return matcher.graph().value(node.inputs[0]).type.dtype == DType::kF32 &&
         std::all_of(weights.begin(), weights.end(), [&](ir::ValueId weight) { return matcher.IsConstant(weight); });
}

}  // namespace

std::optional<LstmPattern> MatchGruCell(const Matcher& matcher, const ir::Node& node) {
  const auto* cell = ir::As<ops::recurrent::GruCell>(*node.op);
  if (cell == nullptr || !cell->has_usual_activations() || !HasPackableWeights(matcher, node, 2)) return std::nullopt;
  LstmPattern pattern;
  static_cast<ops::recurrent::GruAttributes&>(pattern.gru.emplace()) = *cell;
  pattern.x = node.inputs[0];
  pattern.h = pattern.c = node.inputs[1];
  pattern.kernel = node.inputs[2];
  pattern.recurrent = node.inputs[3];
  if (node.inputs.size() > 4) pattern.bias = node.inputs[4];
  pattern.cells = cell->hidden_size;
  pattern.h_out = pattern.c_out = node.outputs[0];
  return pattern;
}

std::optional<LstmPattern> MatchLstmCell(const Matcher& matcher, const ir::Node& node) {
  const auto* cell = ir::As<LstmCell>(*node.op);
  if (cell == nullptr || !cell->has_usual_activations() || !HasPackableWeights(matcher, node, 3)) return std::nullopt;
  const std::span<const ir::ValueId> inputs = node.inputs;
  LstmPattern pattern;
  pattern.op.weight_order = kernels::WeightOrder::kOutputsByInputs;
  pattern.op.gate_order = "fico";
  pattern.op.gate_clip = cell->clip;
  pattern.x = inputs[0];
  pattern.h = inputs[1];
  pattern.c = inputs[2];
  pattern.kernel = inputs[3];
  pattern.recurrent = inputs[4];
  if (inputs.size() > 5) pattern.bias = inputs[5];
  pattern.cells = cell->hidden_size;
  pattern.h_out = node.outputs[0];
  pattern.c_out = node.outputs[1];
  return pattern;
}

std::optional<LstmPattern> MatchLstm(const Matcher& matcher, const ir::Node& node) {
  if (auto cell = MatchLstmCell(matcher, node)) return cell;
  if (auto cell = MatchGruCell(matcher, node)) return cell;
  return MatchSpelledOutLstm(matcher, node);
}

}  // namespace stepwell::passes
