#include "stepwell/passes/row_mask.h"

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/broadcast.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Equal;
using ops::elementwise::Greater;
using ops::elementwise::GreaterEqual;
using ops::elementwise::Less;
using ops::elementwise::LessEqual;

// What a comparison says of the rows of a mask.
struct Condition {
  enum class Holds : std::uint8_t { kWhileRunning, kOnceEnded, kAtLastIteration };
  RowMask mask;
  Holds holds = Holds::kWhileRunning;
};
using Holds = Condition::Holds;

// Whether a value broadcast over `whole` [..., width] has one element for each of its rows.
bool IsOnePerRow(const Shape& value, const Shape& whole) {
  if (!value.is_static() || !whole.is_static() || whole.rank() < 2 || whole.num_elements() == 0) return false;
  const int last = whole.rank() - 1;
  const Dim rows = whole.num_elements() / whole[last];
  if (value.num_elements() != rows) return false;
  return rows == 1 || (value.rank() == whole.rank() && value[last] == 1);
}

// Whether a Broadcast repeats [rows] over [rows, width], the axis of rows being named.
bool RepeatsRows(const Matcher& matcher, const ir::Node& node) {
  if (node.inputs.size() < 3 || matcher.ShapeOf(node.inputs[0]).rank() != 1) return false;
  return matcher.ShapeOf(node.outputs[0]).rank() == 2 && matcher.UniformValue(node.inputs[2]) == 0.0;
}

// The value before it was repeated along each row, if it was.
ir::ValueId BehindBroadcast(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* node = matcher.Producer<ops::layout::Broadcast>(value);
  if (node == nullptr) return value;
  const bool is_one_per_row = IsOnePerRow(matcher.ShapeOf(node->inputs[0]), matcher.ShapeOf(value));
  return is_one_per_row || RepeatsRows(matcher, *node) ? node->inputs[0] : value;
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
    if (lengths) return Condition{{*lengths, equal - *start}, Holds::kWhileRunning};
  }
  if (const auto start = body.CounterStart(second)) {  // lengths < start + i: has ended
    const auto lengths = body.UnchangingInput(first);
    if (lengths) return Condition{{*lengths, 1 - equal - *start}, Holds::kOnceEnded};
  }
  return std::nullopt;
}

// The counter is the length.
std::optional<Condition> MatchEqual(const LoopBody& body, const ir::Node& equal) {
  for (const std::size_t counter : {0U, 1U}) {
    const auto start = body.CounterStart(BehindCopies(body.matcher(), equal.inputs[counter]));
    if (!start) continue;
    const auto lengths = body.UnchangingInput(BehindCopies(body.matcher(), equal.inputs[1 - counter]));
    if (lengths) return Condition{{*lengths, 1 - *start}, Holds::kAtLastIteration};
  }
  return std::nullopt;
}

std::optional<Condition> MatchPlainCondition(const LoopBody& body, ir::ValueId value) {
  const Matcher& matcher = body.matcher();
  if (const ir::Node* node = matcher.Producer<Equal>(value)) return MatchEqual(body, *node);
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

// Through any number of views and negations.
std::optional<Condition> MatchCondition(const LoopBody& body, ir::ValueId value) {
  const Matcher& matcher = body.matcher();
  bool is_negated = false;
  value = matcher.BehindViews(value);
  while (const auto negated = matcher.InputOf<ops::elementwise::LogicalNot>(value)) {
    is_negated = !is_negated;
    value = matcher.BehindViews(*negated);
  }
  auto condition = MatchPlainCondition(body, value);
  if (!condition || !is_negated) return condition;
  if (condition->holds == Holds::kAtLastIteration) return std::nullopt;
  condition->holds = condition->holds == Holds::kWhileRunning ? Holds::kOnceEnded : Holds::kWhileRunning;
  return condition;
}

// What the condition of a Select [rows, width] says.
std::optional<Condition> ConditionOf(const LoopBody& body, const ir::Node& select) {
  const Matcher& matcher = body.matcher();
  const Shape& shape = matcher.ShapeOf(select.outputs[0]);
  const ir::ValueId repeated = select.inputs[0];
  const ir::ValueId per_row = BehindBroadcast(matcher, repeated);
  const bool is_whole = matcher.ShapeOf(repeated) == shape;  // then the lengths were repeated before they were compared
  if (!is_whole && !IsOnePerRow(matcher.ShapeOf(per_row), shape)) return std::nullopt;
  return MatchCondition(body, per_row);
}

const ir::Node* SelectBehind(const Matcher& matcher, ir::ValueId value) {
  return matcher.Producer<ops::elementwise::Select>(matcher.BehindViews(value));
}

// `running`: which input of the Select has what running rows have.
MaskedValue Masked(const Matcher& matcher, const ir::Node& select, std::size_t running, const RowMask& mask) {
  return {matcher.BehindViews(select.inputs[running]), matcher.BehindViews(select.inputs[3 - running]), mask};
}

}  // namespace

std::optional<MaskedValue> MatchMasked(const LoopBody& body, ir::ValueId value) {
  const ir::Node* select = SelectBehind(body.matcher(), value);
  const auto condition = select == nullptr ? std::nullopt : ConditionOf(body, *select);
  if (!condition || condition->holds == Holds::kAtLastIteration) return std::nullopt;
  return Masked(body.matcher(), *select, condition->holds == Holds::kWhileRunning ? 1 : 2, condition->mask);
}

std::optional<MaskedValue> MatchTakenAtEnd(const LoopBody& body, ir::ValueId value) {
  const ir::Node* select = SelectBehind(body.matcher(), value);
  const auto condition = select == nullptr ? std::nullopt : ConditionOf(body, *select);
  if (!condition || condition->holds != Holds::kAtLastIteration) return std::nullopt;
  return Masked(body.matcher(), *select, 1, condition->mask);
}

}  // namespace stepwell::passes
