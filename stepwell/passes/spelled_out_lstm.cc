#include <algorithm>
#include <string>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/passes/lstm_pattern.h"

// An LSTM in small ops, in any order of commutative ones and any nesting of sums:
//   gates = [x, h] W + b, or x W + h R + b, split into i, g, f, o along the last axis
//   c_out = sigmoid(f + forget_bias + wf * c) * c + sigmoid(i + wi * c) * tanh(g)
//   m     = sigmoid(o + wo * c_out) * tanh(c_out);   h_out = m, or m P
// The biases, peepholes and the projection may be missing.
namespace stepwell::passes {
namespace {

using ops::elementwise::Multiply;
using ops::elementwise::Sigmoid;
using ops::elementwise::Tanh;
using ops::layout::Concat;
using ops::layout::Split;
using ops::layout::VariadicSplit;
using ops::matmul::MatMul;

constexpr std::size_t kGates = 4;

// Whether it is one row of `width` elements, [width] or [1, width].
bool IsRow(const Matcher& matcher, ir::ValueId value, Dim width) {
  const Shape& shape = matcher.ShapeOf(value);
  return shape == Shape{width} || shape == Shape{1, width};
}

// One of four equal parts of all gates.
struct GatePart {
  const ir::Node* split = nullptr;
  std::size_t port = 0;
};

std::optional<GatePart> MatchGatePart(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* node = matcher.graph().producer(value);
  if (node == nullptr || node->outputs.size() != kGates) return std::nullopt;
  if (ir::As<Split>(*node->op) == nullptr && ir::As<VariadicSplit>(*node->op) == nullptr) return std::nullopt;
  const Shape& whole = matcher.ShapeOf(node->inputs[0]);
  const Shape& part = matcher.ShapeOf(value);
  if (whole.rank() != 2 || part[1] == kDynamic || whole[1] != static_cast<Dim>(kGates) * part[1]) return std::nullopt;
  const auto same_width = [&](ir::ValueId other) { return matcher.ShapeOf(other)[1] == part[1]; };
  if (!std::all_of(node->outputs.begin(), node->outputs.end(), same_width)) return std::nullopt;
  const auto place = std::find(node->outputs.begin(), node->outputs.end(), value) - node->outputs.begin();
  return GatePart{node, static_cast<std::size_t>(place)};
}

// A gate before its activation: part + bias + peephole * cell.
struct GateSum {
  GatePart part;
  double bias = 0;
  std::optional<ir::ValueId> peephole;
};

std::optional<ir::ValueId> MatchPeephole(const Matcher& matcher, ir::ValueId term, ir::ValueId cell) {
  for (const auto& [weight, other] : matcher.Operands<Multiply>(term)) {
    if (other == cell && matcher.IsConstant(weight) && IsRow(matcher, weight, matcher.ShapeOf(cell)[1])) {
      return weight;
    }
  }
  return std::nullopt;
}

bool AddTerm(const Matcher& matcher, ir::ValueId term, ir::ValueId cell, GateSum& sum) {
  if (const auto part = MatchGatePart(matcher, term)) {
    const bool is_first = sum.part.split == nullptr;
    sum.part = *part;
    return is_first;
  }
  if (const auto bias = matcher.UniformValue(term)) {
    sum.bias += *bias;
    return true;
  }
  const bool is_first = !sum.peephole;
  sum.peephole = MatchPeephole(matcher, term, cell);
  return is_first && sum.peephole;
}

std::optional<GateSum> MatchGate(const Matcher& matcher, ir::ValueId value, ir::ValueId cell) {
  GateSum sum;
  for (const ir::ValueId term : matcher.Terms(value)) {
    if (!AddTerm(matcher, term, cell, sum)) return std::nullopt;
  }
  return sum.part.split != nullptr ? std::optional(sum) : std::nullopt;
}

struct Gates {
  GateSum input;
  GatePart candidate;
  GateSum forget;
  GateSum output;
  ir::ValueId c;
  ir::ValueId c_out;
};

// `kept` = sigmoid(f) * c and `added` = sigmoid(i) * tanh(g).
bool MatchCellTerms(const Matcher& matcher, ir::ValueId kept, ir::ValueId added, Gates& gates) {
  for (const auto& [squashed, c] : matcher.Operands<Multiply>(kept)) {
    for (const auto& [opened, candidate] : matcher.Operands<Multiply>(added)) {
      const auto forget = matcher.InputOf<Sigmoid>(squashed);
      const auto input = matcher.InputOf<Sigmoid>(opened);
      const auto new_part = matcher.InputOf<Tanh>(candidate);
      if (!forget || !input || !new_part) continue;
      const auto forget_gate = MatchGate(matcher, *forget, c);
      const auto input_gate = MatchGate(matcher, *input, c);
      const auto part = MatchGatePart(matcher, *new_part);
      if (!forget_gate || !input_gate || !part) continue;
      gates.forget = *forget_gate;
      gates.input = *input_gate;
      gates.candidate = *part;
      gates.c = c;
      return true;
    }
  }
  return false;
}

std::optional<Gates> MatchGates(const Matcher& matcher, ir::ValueId m) {
  for (const auto& [opened, squashed] : matcher.Operands<Multiply>(m)) {
    const auto output = matcher.InputOf<Sigmoid>(opened);
    const auto c_out = matcher.InputOf<Tanh>(squashed);
    if (!output || !c_out) continue;
    const auto output_gate = MatchGate(matcher, *output, *c_out);
    if (!output_gate) continue;
    Gates gates;
    gates.output = *output_gate;
    gates.c_out = *c_out;
    for (const auto& [kept, added] : matcher.Operands<ops::elementwise::Add>(*c_out)) {
      if (MatchCellTerms(matcher, kept, added, gates)) return gates;
    }
  }
  return std::nullopt;
}

// The letters of the gates at their ports; nothing unless all four are parts of one value.
std::optional<std::string> GateOrder(const Gates& gates) {
  std::string order(kGates, ' ');
  const auto put = [&](const GatePart& part, char letter) {
    if (part.split != gates.candidate.split) return;
    order[part.port] = letter;
  };
  put(gates.input.part, 'i');
  put(gates.candidate, 'c');
  put(gates.forget.part, 'f');
  put(gates.output.part, 'o');
  return order.find(' ') == std::string::npos ? std::optional(order) : std::nullopt;
}

struct Product {
  ir::ValueId x;
  ir::ValueId weights;
  kernels::WeightOrder order = kernels::WeightOrder::kInputsByOutputs;
};

std::optional<Product> MatchProduct(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* node = matcher.Producer<MatMul>(value);
  if (node == nullptr || !matcher.IsConstant(node->inputs[1])) return std::nullopt;
  const auto& matmul = static_cast<const MatMul&>(*node->op);
  const bool is_plain = matcher.ShapeOf(node->inputs[0]).rank() == 2 && matcher.ShapeOf(node->inputs[1]).rank() == 2;
  if (matmul.transpose_a || !is_plain) return std::nullopt;
  return Product{node->inputs[0], node->inputs[1],
                 matmul.transpose_b ? kernels::WeightOrder::kOutputsByInputs : kernels::WeightOrder::kInputsByOutputs};
}

bool TakeJoined(const Matcher& matcher, const Product& product, LstmPattern& pattern) {
  const ir::Node* both = matcher.Producer<Concat>(product.x);
  if (both == nullptr || both->inputs.size() != 2) return false;
  const std::int64_t axis = static_cast<const Concat&>(*both->op).axis;
  if (axis != 1 && axis != -1) return false;
  pattern.op.joined = true;
  pattern.x = both->inputs[0];
  pattern.h = both->inputs[1];
  pattern.kernel = product.weights;
  pattern.op.weight_order = product.order;
  return true;
}

bool TakeSeparate(const Product& x, const Product& h, LstmPattern& pattern) {
  if (x.order != h.order) return false;
  pattern.x = x.x;
  pattern.h = h.x;
  pattern.kernel = x.weights;
  pattern.recurrent = h.weights;
  pattern.op.weight_order = x.order;
  return true;
}

// What all gates are computed from.
bool TakeProducts(const Matcher& matcher, ir::ValueId gates, LstmPattern& pattern) {
  std::vector<Product> products;
  for (const ir::ValueId term : matcher.Terms(gates)) {
    if (const auto product = MatchProduct(matcher, term)) {
      products.push_back(*product);
    } else if (!pattern.bias && matcher.IsConstant(term) && IsRow(matcher, term, 4 * pattern.cells)) {
      pattern.bias = term;
    } else {
      return false;
    }
  }
  if (products.size() == 1) return TakeJoined(matcher, products[0], pattern);
  return products.size() == 2 && TakeSeparate(products[0], products[1], pattern);
}

// h_out: m, unless it is read by one product with constants alone.
void TakeProjection(const Matcher& matcher, ir::ValueId m, LstmPattern& pattern) {
  pattern.h_out = m;
  const ir::Node* user = matcher.OnlyUser(m);
  const auto product = user == nullptr ? std::nullopt : MatchProduct(matcher, user->outputs[0]);
  if (!product || product->x != m) return;
  pattern.op.projection = true;
  pattern.op.projection_order = product->order;
  pattern.projection = product->weights;
  pattern.h_out = user->outputs[0];
}

// Whether h is as wide as h_out; if x is instead, they change places.
bool OrderInputs(const Matcher& matcher, LstmPattern& pattern) {
  const auto fits = [&] { return matcher.ShapeOf(pattern.h)[1] == matcher.ShapeOf(pattern.h_out)[1]; };
  if (fits()) return true;
  const auto swapped = WithInputsSwapped(pattern);
  if (!swapped) return false;
  pattern = *swapped;
  return fits();
}

bool IsPlainF32(const Matcher& matcher, ir::ValueId value) {
  const TensorType& type = matcher.graph().value(value).type;
  return type.dtype == DType::kF32 && type.shape.rank() == 2;
}

// Whether no row is broadcast over others.
bool HaveOneBatch(const Matcher& matcher, const LstmPattern& pattern) {
  const Dim rows = matcher.ShapeOf(pattern.c_out)[0];
  const auto has_rows = [&](ir::ValueId value) {
    return IsPlainF32(matcher, value) && matcher.ShapeOf(value)[0] == rows;
  };
  return has_rows(pattern.x) && has_rows(pattern.h) && has_rows(pattern.c);
}

}  // namespace

std::optional<LstmPattern> MatchSpelledOutLstm(const Matcher& matcher, const ir::Node& node) {
  if (ir::As<Multiply>(*node.op) == nullptr || !IsPlainF32(matcher, node.outputs[0])) return std::nullopt;
  const std::optional<Gates> gates = MatchGates(matcher, node.outputs[0]);
  if (!gates || gates->input.bias != 0 || gates->output.bias != 0) return std::nullopt;
  const std::optional<std::string> order = GateOrder(*gates);
  if (!order) return std::nullopt;
  LstmPattern pattern;
  pattern.op.gate_order = *order;
  pattern.op.forget_bias = static_cast<float>(gates->forget.bias);
  pattern.peepholes = {gates->input.peephole, gates->forget.peephole, gates->output.peephole};
  pattern.op.peepholes = std::any_of(pattern.peepholes.begin(), pattern.peepholes.end(),
                                     [](const auto& peephole) { return peephole.has_value(); });
  pattern.c = gates->c;
  pattern.c_out = gates->c_out;
  pattern.cells = matcher.ShapeOf(gates->c_out)[1];
  TakeProjection(matcher, node.outputs[0], pattern);
  if (!TakeProducts(matcher, gates->candidate.split->inputs[0], pattern) || !OrderInputs(matcher, pattern)) {
    return std::nullopt;
  }
  return HaveOneBatch(matcher, pattern) ? std::optional(std::move(pattern)) : std::nullopt;
}

}  // namespace stepwell::passes
