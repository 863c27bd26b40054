#include "stepwell/passes/row_mask.h"

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/broadcast.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Greater;
using ops::elementwise::GreaterEqual;
using ops::elementwise::Less;
using ops::elementwise::LessEqual;

// A mask, or its contrary.
struct Condition {
  RowMask mask;
  bool is_true_while_running = true;
};

// Whether a value broadcast over `whole` [..., width] has one element for each of its rows.
bool IsOnePerRow(const Shape& value, const Shape& whole) {
  if (!value.is_static() || !whole.is_static() || whole.rank() < 2 || whole.num_elements() == 0) return false;
  const int last = whole.rank() - 1;
  const Dim rows = whole.num_elements() / whole[last];
  if (value.num_elements() != rows) return false;
  return rows == 1 || (value.rank() == whole.rank() && value[last] == 1);
}

// The value before it was repeated along each row, if it was.
ir::ValueId BehindBroadcast(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* node = matcher.Producer<ops::layout::Broadcast>(value);
  if (node == nullptr || !IsOnePerRow(matcher.ShapeOf(node->inputs[0]), matcher.ShapeOf(value))) return value;
  return node->inputs[0];
}

// The integers that a value repeats or shows in another type or shape.
ir::ValueId BehindCopies(const Matcher& matcher, ir::ValueId value) {
  for (;;) {
    value = BehindBroadcast(matcher, matcher.BehindViews(value));
    const ir::Node* node = matcher.Producer<ops::elementwise::Convert>(value);
    if (node == nullptr || !IsInteger(matcher.graph().value(node->inputs[0]).type.dtype)) return value;
    value = node->inputs[0];
  }
}

// `early` < `late`, or <= where `or_equal`.
std::optional<Condition> MatchComparison(const LoopBody& body, ir::ValueId early, ir::ValueId late, bool or_equal) {
  const ir::ValueId first = BehindCopies(body.matcher(), early);
  const ir::ValueId second = BehindCopies(body.matcher(), late);
  const std::int64_t equal = or_equal ? 1 : 0;
  if (const auto start = body.CounterStart(first)) {  // start + i < lengths
    const auto lengths = body.UnchangingInput(second);
    if (lengths) return Condition{{*lengths, equal - *start}, true};
  }
  if (const auto start = body.CounterStart(second)) {  // lengths < start + i: has ended
    const auto lengths = body.UnchangingInput(first);
    if (lengths) return Condition{{*lengths, 1 - equal - *start}, false};
  }
  return std::nullopt;
}

std::optional<Condition> MatchCondition(const LoopBody& body, ir::ValueId value) {
  const Matcher& matcher = body.matcher();
  value = matcher.BehindViews(value);
  if (const auto negated = matcher.InputOf<ops::elementwise::LogicalNot>(value)) {
    auto condition = MatchCondition(body, *negated);
    if (condition) condition->is_true_while_running = !condition->is_true_while_running;
    return condition;
  }
  if (const ir::Node* node = matcher.Producer<Less>(value)) {
    return MatchComparison(body, node->inputs[0], node->inputs[1], false);
  }
  if (const ir::Node* node = matcher.Producer<LessEqual>(value)) {
    return MatchComparison(body, node->inputs[0], node->inputs[1], true);
  }
  if (const ir::Node* node = matcher.Producer<Greater>(value)) {
    return MatchComparison(body, node->inputs[1], node->inputs[0], false);
  }
  if (const ir::Node* node = matcher.Producer<GreaterEqual>(value)) {
    return MatchComparison(body, node->inputs[1], node->inputs[0], true);
  }
  return std::nullopt;
}

}  // namespace

std::optional<MaskedValue> MatchMasked(const LoopBody& body, ir::ValueId value) {
  const Matcher& matcher = body.matcher();
  const ir::Node* select = matcher.Producer<ops::elementwise::Select>(matcher.BehindViews(value));
  if (select == nullptr) return std::nullopt;
  const Shape& shape = matcher.ShapeOf(select->outputs[0]);
  const ir::ValueId repeated = select->inputs[0];
  const ir::ValueId per_row = BehindBroadcast(matcher, repeated);
  const bool is_whole = matcher.ShapeOf(repeated) == shape;  // then the lengths were repeated before they were compared
  if (!is_whole && !IsOnePerRow(matcher.ShapeOf(per_row), shape)) return std::nullopt;
  const std::optional<Condition> condition = MatchCondition(body, per_row);
  if (!condition) return std::nullopt;
  const std::size_t running = condition->is_true_while_running ? 1 : 2;
  return MaskedValue{matcher.BehindViews(select->inputs[running]), matcher.BehindViews(select->inputs[3 - running]),
                     condition->mask};
}

}  // namespace stepwell::passes
