#include "stepwell/passes/attention_pattern.h"

#include <numeric>
#include <utility>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/softmax/softmax.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Add;
using ops::elementwise::Divide;
using ops::elementwise::Multiply;
using ops::layout::Transpose;
using ops::matmul::MatMul;
using ops::softmax::SoftMax;

using Order = std::vector<std::int64_t>;

// A product of two computed tensors of one rank from 2 to 4.
const MatMul* ComputedProduct(const Matcher& matcher, const ir::Node* node) {
  const auto* product = node == nullptr ? nullptr : ir::As<MatMul>(*node->op);
  if (product == nullptr || matcher.IsConstant(node->inputs[0]) || matcher.IsConstant(node->inputs[1])) return nullptr;
  const TensorType& type = matcher.graph().value(node->outputs[0]).type;
  const int rank = type.shape.rank();
  const bool fits = rank >= 2 && rank <= 4 && matcher.ShapeOf(node->inputs[0]).rank() == rank &&
                    matcher.ShapeOf(node->inputs[1]).rank() == rank && type.dtype == DType::kF32;
  return fits && type.shape.is_static() && type.shape.num_elements() > 0 ? product : nullptr;
}

Order OrderOf(const Matcher& matcher, const ir::Node& transpose) {
  const int rank = matcher.ShapeOf(transpose.inputs[0]).rank();
  const ir::ConstantData* constant = matcher.graph().constant(transpose.inputs[1]);
  const auto numbers = constant == nullptr ? std::nullopt : constant->Ints();
  if (!numbers) return {};
  const std::vector<int> order = ops::layout::TransposeOrder(*numbers, rank);
  return {order.begin(), order.end()};
}

Order InPlace(int rank) {
  Order order(AsSize(rank));
  std::iota(order.begin(), order.end(), 0);
  return order;
}

// A value as another one times a number.
struct Scaled {
  ir::ValueId value;
  double by = 1;
};

// What a product with a number, or a quotient by one, scales; nothing where the node is neither.
std::optional<Scaled> MatchScaled(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* node = matcher.graph().producer(value);
  if (node == nullptr || node->inputs.size() != 2) return std::nullopt;
  const bool is_quotient = ir::As<Divide>(*node->op) != nullptr;
  if (!is_quotient && ir::As<Multiply>(*node->op) == nullptr) return std::nullopt;
  const std::size_t number = is_quotient || matcher.IsConstant(node->inputs[1]) ? 1 : 0;
  const auto factor = matcher.UniformValue(node->inputs[number]);
  const ir::ValueId scaled = node->inputs[1 - number];
  if (!factor || *factor == 0 || matcher.ShapeOf(scaled) != matcher.ShapeOf(value)) return std::nullopt;
  return Scaled{scaled, is_quotient ? 1 / *factor : *factor};
}

// A tensor as a product reads it: another one with its axes in an order, times a number.
struct Operand {
  ir::ValueId value;
  Order order;
  double scale = 1;
};

void TakeScale(const Matcher& matcher, Operand& operand) {
  const auto scaled = MatchScaled(matcher, operand.value);
  if (!scaled) return;
  operand.value = scaled->value;
  operand.scale *= scaled->by;
}

Operand OperandOf(const Matcher& matcher, ir::ValueId value, bool is_transposed) {
  Operand operand{value, InPlace(matcher.ShapeOf(value).rank())};
  TakeScale(matcher, operand);
  if (const ir::Node* transpose = matcher.Producer<Transpose>(operand.value)) {
    if (Order order = OrderOf(matcher, *transpose); !order.empty()) {
      operand.value = transpose->inputs[0];
      operand.order = std::move(order);
      TakeScale(matcher, operand);
    }
  }
  if (is_transposed) std::swap(operand.order[operand.order.size() - 1], operand.order[operand.order.size() - 2]);
  return operand;
}

bool KeepsLastAxis(const Order& order) { return order.back() == std::ssize(order) - 1; }

// Q K^T, scaled, and nothing else: fills q, k and scale.
bool MatchScores(const Matcher& matcher, ir::ValueId scores, AttentionPattern& pattern) {
  double scale = 1;
  for (auto scaled = MatchScaled(matcher, scores); scaled; scaled = MatchScaled(matcher, scores)) {
    if (matcher.NumUses(scores) != 1) return false;
    scores = scaled->value;
    scale *= scaled->by;
  }
  const ir::Node* node = matcher.graph().producer(scores);
  const MatMul* product = ComputedProduct(matcher, node);
  if (product == nullptr || matcher.NumUses(scores) != 1) return false;
  const Operand q = OperandOf(matcher, node->inputs[0], product->transpose_a);
  const Operand k = OperandOf(matcher, node->inputs[1], !product->transpose_b);
  pattern.q = q.value;
  pattern.k = k.value;
  pattern.op.q_order = q.order;
  pattern.op.k_order = k.order;
  pattern.op.scale = static_cast<float>(scale * q.scale * k.scale);
  return KeepsLastAxis(q.order);
}

// The same plus a mask.
bool MatchMaskedScores(const Matcher& matcher, ir::ValueId scores, AttentionPattern& pattern) {
  if (MatchScores(matcher, scores, pattern)) return true;
  if (matcher.NumUses(scores) != 1) return false;
  for (const auto& [inner, mask] : matcher.Operands<Add>(scores)) {
    if (matcher.ShapeOf(inner) != matcher.ShapeOf(scores) || !MatchScores(matcher, inner, pattern)) continue;
    pattern.mask = mask;
    return true;
  }
  return false;
}

// The product with V behind the softmax, and a transposition of what it gives.
bool MatchResult(const Matcher& matcher, ir::ValueId weights, AttentionPattern& pattern) {
  const ir::Node* node = matcher.OnlyUser(weights);
  const MatMul* product = ComputedProduct(matcher, node);
  if (product == nullptr || product->transpose_a || node->inputs[0] != weights) return false;
  const Operand v = OperandOf(matcher, node->inputs[1], product->transpose_b);
  if (!KeepsLastAxis(v.order)) return false;
  pattern.v = v.value;
  pattern.op.v_order = v.order;
  pattern.op.out_order = InPlace(matcher.ShapeOf(node->outputs[0]).rank());
  pattern.last = node;
  const ir::Node* next = matcher.OnlyUser(node->outputs[0]);
  if (next == nullptr || ir::As<Transpose>(*next->op) == nullptr) return true;
  if (Order order = OrderOf(matcher, *next); !order.empty() && KeepsLastAxis(order)) {
    pattern.op.out_order = std::move(order);
    pattern.last = next;
  }
  return true;
}

}  // namespace

std::optional<AttentionPattern> MatchAttention(const Matcher& matcher, const ir::Node& node) {
  const auto* softmax = ir::As<SoftMax>(*node.op);
  if (softmax == nullptr || matcher.IsConstant(node.outputs[0])) return std::nullopt;
  const int rank = matcher.ShapeOf(node.outputs[0]).rank();
  if (softmax->axis != rank - 1 && softmax->axis != -1) return std::nullopt;
  AttentionPattern pattern;
  if (!MatchMaskedScores(matcher, node.inputs[0], pattern)) return std::nullopt;
  return MatchResult(matcher, node.outputs[0], pattern) ? std::optional(pattern) : std::nullopt;
}

}  // namespace stepwell::passes
