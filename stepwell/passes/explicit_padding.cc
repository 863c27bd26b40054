#include "stepwell/passes/explicit_padding.h"

#include "stepwell/base/checked.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/passes/axis_order.h"

namespace stepwell::passes {
namespace {

using ops::conv::AutoPad;
using ops::conv::Window;
using ops::layout::Pad;
using ops::layout::Transpose;
using Pads = std::vector<std::int64_t>;

bool PadsWithZeros(const Matcher& matcher, const ir::Node& pad) {
  if (ir::As<Pad>(*pad.op)->mode != Pad::Mode::kConstant) return false;
  return pad.inputs.size() < 4 || matcher.UniformValue(pad.inputs[3]) == 0.0;
}

// The pads at one side as the window sees the axes; nothing unless they are constants for spatial axes alone.
std::optional<Pads> PadsAt(const Matcher& matcher, const ir::Node& pad, std::size_t side, const AxisOrder& order) {
  const ir::ConstantData* constant = matcher.graph().constant(pad.inputs[side]);
  const auto pads = constant == nullptr ? std::nullopt : constant->Ints();
  if (!pads || pads->size() != order.size()) return std::nullopt;
  Pads seen;
  for (const int axis : order) seen.push_back((*pads)[AsSize(axis)]);
  if (seen[0] != 0 || seen[1] != 0) return std::nullopt;
  return Pads(seen.begin() + 2, seen.end());
}

// The order of the Transpose that gives the value, with the Transpose itself; the identity where there is none.
std::optional<AxisOrder> OrderBefore(const Matcher& matcher, ir::ValueId value, const ir::Node*& transpose) {
  transpose = matcher.Producer<Transpose>(value);
  if (transpose == nullptr) {
    AxisOrder order;
    for (int axis = 0; axis < matcher.ShapeOf(value).rank(); ++axis) order.push_back(axis);
    return order;
  }
  const ir::ConstantData* constant = matcher.graph().constant(transpose->inputs[1]);
  const auto ints = constant == nullptr ? std::nullopt : constant->Ints();
  return ints ? AxisOrderOf(*ints) : std::nullopt;
}

Pads Sum(const Pads& a, const Pads& b) {
  Pads sum = b;
  for (std::size_t i = 0; i < a.size(); ++i) sum[i] = CheckedAdd(a[i], b[i]);
  return sum;
}

}  // namespace

std::optional<ExplicitPadding> FindExplicitPadding(const Matcher& matcher, const ir::Node& node, const Window& window) {
  if (window.auto_pad != AutoPad::kValid && window.auto_pad != AutoPad::kExplicit) return std::nullopt;
  ExplicitPadding found{.data = {}, .transpose = nullptr, .window = window};
  const auto order = OrderBefore(matcher, node.inputs[0], found.transpose);
  const ir::ValueId padded = found.transpose == nullptr ? node.inputs[0] : found.transpose->inputs[0];
  const ir::Node* pad = matcher.Producer<Pad>(padded);
  if (!order || order->size() < 3 || pad == nullptr || !PadsWithZeros(matcher, *pad)) return std::nullopt;
  const auto begin = PadsAt(matcher, *pad, 1, *order);
  const auto end = PadsAt(matcher, *pad, 2, *order);
  if (!begin || !end) return std::nullopt;
  const bool is_valid = window.auto_pad == AutoPad::kValid;  // its own pads count for nothing
  found.window.pads_begin = Sum(is_valid ? Pads() : window.pads_begin, *begin);
  found.window.pads_end = Sum(is_valid ? Pads() : window.pads_end, *end);
  found.window.auto_pad = AutoPad::kExplicit;
  found.data = pad->inputs[0];
  return found;
}

}  // namespace stepwell::passes
