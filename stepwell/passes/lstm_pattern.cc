#include "stepwell/passes/lstm_pattern.h"

#include <algorithm>
#include <utility>

#include "stepwell/ops/recurrent/lstm_cell.h"

namespace stepwell::passes {
using ops::recurrent::LstmCell;

std::optional<LstmPattern> WithInputsSwapped(const LstmPattern& pattern) {
  if (!pattern.recurrent) return std::nullopt;
  LstmPattern swapped = pattern;
  std::swap(swapped.x, swapped.h);
  std::swap(swapped.kernel, *swapped.recurrent);
  return swapped;
}

std::optional<LstmPattern> MatchLstmCell(const Matcher& matcher, const ir::Node& node) {
  const auto* cell = ir::As<LstmCell>(*node.op);
  if (cell == nullptr || !cell->has_usual_activations()) return std::nullopt;
  const std::span<const ir::ValueId> inputs = node.inputs;
  const auto weights = inputs.subspan(3);
  const auto is_constant = [&](ir::ValueId weight) { return matcher.IsConstant(weight); };
  if (!std::all_of(weights.begin(), weights.end(), is_constant)) return std::nullopt;
  if (matcher.graph().value(inputs[0]).type.dtype != DType::kF32) return std::nullopt;
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
  return MatchSpelledOutLstm(matcher, node);
}

}  // namespace stepwell::passes
