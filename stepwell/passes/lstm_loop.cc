#include "stepwell/passes/lstm_loop.h"

#include <algorithm>

#include "stepwell/ops/control/body.h"
#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/passes/loop_padding.h"

namespace stepwell::passes {
namespace {

using ir::SubgraphOp;
using kernels::SequenceOrder;
using ops::control::Loop;
using Ended = LstmLoop::Result::Ended;

ir::Graph BodyOf(const Matcher& matcher, const ir::Node& node, const SubgraphOp& op) {
  std::vector<ops::control::OuterInput> inputs;
  for (const ir::ValueId input : node.inputs) {
    inputs.push_back({matcher.graph().value(input).type, matcher.graph().constant(input)});
  }
  return ops::control::BodyFor(op, inputs);
}

Dim ProductOf(const Shape& shape, int first, int last) {
  return Shape(shape.dims().subspan(AsSize(first), AsSize(last - first))).num_elements();
}

// How a tensor is cut into frames of [rows, width] elements each, every one of them once; nothing when it is not.
std::optional<LstmLoop::Slices> MatchSlices(const Shape& whole, const SubgraphOp::Slicing& slicing,
                                            const Shape& frame) {
  if (!whole.has_rank() || frame.rank() != 2) return std::nullopt;
  const int axis = NormalizedAxis(slicing.axis, whole.rank());
  const bool forward = slicing == SubgraphOp::Slicing{.axis = slicing.axis};
  const bool backward = slicing == SubgraphOp::Slicing{.axis = slicing.axis, .start = -1, .end = 0, .stride = -1};
  if (!forward && !backward) return std::nullopt;
  if (!whole.is_static() || !frame.is_static()) {  // told by the ranks alone
    if (whole.rank() != 3 || axis > 1) return std::nullopt;
    return LstmLoop::Slices{axis == 0 ? SequenceOrder::kFramesFirst : SequenceOrder::kBatchFirst, backward};
  }
  const Dim before = ProductOf(whole, 0, axis);
  const Dim behind = ProductOf(whole, axis + 1, whole.rank());
  if (before == 1 && behind == frame.num_elements()) return LstmLoop::Slices{SequenceOrder::kFramesFirst, backward};
  if (before != frame[0] || behind != frame[1]) return std::nullopt;
  return LstmLoop::Slices{SequenceOrder::kBatchFirst, backward};
}

// Also of zeros that are repeated to a shape that is computed.
bool IsZero(const Matcher& matcher, ir::ValueId value) {
  const ir::Node* repeated = matcher.Producer<ops::layout::Broadcast>(value);
  return matcher.UniformValue(repeated == nullptr ? value : repeated->inputs[0]) == 0.0;
}

bool IsTrue(const Matcher& matcher, ir::ValueId value) { return matcher.UniformValue(value) == 1.0; }

// Whether nothing but the trip count ends a Loop.
bool RunsByTripCount(const Matcher& matcher, const ir::Node& node, const LoopBody& body, const Loop& loop) {
  const bool goes_on = !loop.condition_output || IsTrue(body.matcher(), body.OutputBehind(*loop.condition_output));
  return goes_on && IsTrue(matcher, node.inputs[Loop::kCondition]);
}

// Whether a Loop runs over all frames, or over a number of them that a run tells and its users fill up with zeros.
bool TakeTrips(const Matcher& matcher, const ir::Node& node, LstmLoop& loop) {
  const ir::ValueId trips = node.inputs[Loop::kTripCount];
  if (const std::optional<double> known = matcher.UniformValue(trips)) {
    return *known < 0 || (loop.frames != kDynamic && *known == static_cast<double>(loop.frames));
  }
  if (loop.frames == kDynamic || loop.mask || loop.slices.backward) return false;
  std::vector<ir::ValueId> whole;
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    const auto& result = loop.results[port];
    if (result && result->frames) whole.push_back(node.outputs[port]);
  }
  auto paddings = FindPaddings(matcher, std::move(whole), {.trips = trips, .frames = loop.frames});
  if (!paddings) return false;
  loop.trips = trips;
  loop.paddings = std::move(*paddings);
  for (auto& result : loop.results) {
    if (result) result->ended = result->frames ? Ended::kZero : Ended::kHolds;
  }
  return true;
}

std::optional<LstmPattern> OnlyStep(const Matcher& matcher) {
  std::optional<LstmPattern> step;
  for (const ir::Node& node : matcher.graph().nodes()) {
    const std::optional<LstmPattern> found = MatchLstm(matcher, node);
    if (!found) continue;
    if (step) return std::nullopt;
    step = found;
  }
  return step;
}

// What the next iteration takes: the new state, or, for rows that have ended, the old one or zeros.
struct Feedback {
  std::optional<RowMask> mask;
  Ended ended = Ended::kRunsOn;

  friend bool operator==(const Feedback&, const Feedback&) = default;
};

std::optional<Feedback> MatchFeedback(const LoopBody& body, ir::ValueId old_state, ir::ValueId new_state) {
  const auto next = body.NextOf(old_state);
  if (!next) return std::nullopt;
  if (*next == new_state) return Feedback{};
  const auto masked = MatchMasked(body, *next);
  if (!masked || masked->running != new_state) return std::nullopt;
  const Matcher& matcher = body.matcher();
  if (masked->ended == matcher.BehindViews(old_state)) return Feedback{masked->mask, Ended::kHolds};
  if (IsZero(matcher, masked->ended)) return Feedback{masked->mask, Ended::kZero};
  return std::nullopt;
}

bool TakeFeedback(const LoopBody& body, LstmLoop& loop) {
  const auto of_h = MatchFeedback(body, loop.step.h, loop.step.h_out);
  if (!of_h || MatchFeedback(body, loop.step.c, loop.step.c_out) != of_h) return false;
  loop.mask = of_h->mask;
  loop.states = of_h->ended;
  return true;
}

// Whether the node's input has the elements of a state [rows, cells].
bool HoldsState(const Matcher& matcher, ir::ValueId input, const Shape& state) {
  const Shape& shape = matcher.ShapeOf(input);
  if (!shape.is_static() || !state.is_static()) return shape.rank() == 2;
  return shape.num_elements() == state.num_elements();
}

// Finds out which inputs of the node are x, h and c.
bool TakeInputs(const Matcher& matcher, const ir::Node& node, const LoopBody& body, LstmLoop& loop) {
  const auto* x = body.MapBehind(loop.step.x);
  const auto* h = body.MapBehind(loop.step.h);
  const auto* c = body.MapBehind(loop.step.c);
  if (x == nullptr || h == nullptr || c == nullptr || !x->slicing || h->slicing || c->slicing) return false;
  if (!TakeFeedback(body, loop)) return false;
  loop.x = AsSize(x->external_port);
  loop.h = AsSize(h->external_port);
  loop.c = AsSize(c->external_port);
  const Shape& whole = matcher.ShapeOf(node.inputs[loop.x]);
  const auto slices = MatchSlices(whole, *x->slicing, body.matcher().ShapeOf(loop.step.x));
  if (!slices) return false;
  loop.slices = *slices;
  loop.frames = whole[NormalizedAxis(x->slicing->axis, whole.rank())];
  return HoldsState(matcher, node.inputs[loop.h], body.matcher().ShapeOf(loop.step.h)) &&
         HoldsState(matcher, node.inputs[loop.c], body.matcher().ShapeOf(loop.step.c));
}

// What a value of the body is: h or c, and what it is for rows that have ended. Sets the mask where there is none yet.
std::optional<LstmLoop::Result> MatchValue(const LoopBody& body, ir::ValueId value, LstmLoop& loop) {
  LstmLoop::Result result;
  const auto masked = MatchMasked(body, value);
  const ir::ValueId running = masked ? masked->running : value;
  if (running != loop.step.h_out && running != loop.step.c_out) return std::nullopt;
  const bool is_h = running == loop.step.h_out;
  result.of = is_h ? LstmLoop::Result::Of::kH : LstmLoop::Result::Of::kC;
  if (!masked) return loop.states == Ended::kRunsOn ? std::optional(result) : std::nullopt;
  if (loop.mask && *loop.mask != masked->mask) return std::nullopt;
  loop.mask = masked->mask;
  const Matcher& matcher = body.matcher();
  const bool holds =
      loop.states == Ended::kHolds && masked->ended == matcher.BehindViews(is_h ? loop.step.h : loop.step.c);
  if (!holds && !IsZero(matcher, masked->ended)) return std::nullopt;
  result.ended = holds ? Ended::kHolds : Ended::kZero;
  return result;
}

// What a state of the loop holds at its end, when it takes each row's h or c at its last frame. Sets the mask where
// there is none yet.
std::optional<LstmLoop::Result> MatchTaken(const LoopBody& body, ir::ValueId value, LstmLoop& loop) {
  const auto taken = MatchTakenAtEnd(body, value);
  if (!taken || (taken->running != loop.step.h_out && taken->running != loop.step.c_out)) return std::nullopt;
  if ((loop.mask && *loop.mask != taken->mask) || body.NextOf(taken->ended) != value) return std::nullopt;
  const SubgraphOp::InputMap* initial = body.MapBehind(taken->ended);
  if (initial == nullptr || initial->slicing) return std::nullopt;
  loop.mask = taken->mask;
  LstmLoop::Result result;
  result.of = taken->running == loop.step.h_out ? LstmLoop::Result::Of::kH : LstmLoop::Result::Of::kC;
  result.ended = Ended::kTaken;
  result.initial = AsSize(initial->external_port);
  return result;
}

std::optional<LstmLoop::Result> MatchResult(const Matcher& matcher, const ir::Node& node, const LoopBody& body,
                                            LstmLoop& loop, const SubgraphOp::OutputMap& map) {
  const ir::ValueId value = body.OutputBehind(map.body_output);
  if (!map.slicing) {
    if (const auto taken = MatchTaken(body, value, loop)) return taken;
  }
  auto result = MatchValue(body, value, loop);
  if (!result) return std::nullopt;
  const bool is_h = result->of == LstmLoop::Result::Of::kH;
  const Shape& frame = body.matcher().ShapeOf(is_h ? loop.step.h_out : loop.step.c_out);
  const Shape& whole = matcher.ShapeOf(node.outputs[AsSize(map.external_port)]);
  if (map.slicing) {
    result->frames = MatchSlices(whole, *map.slicing, frame);
    if (!result->frames || result->frames->backward != loop.slices.backward) return std::nullopt;
  } else if (whole.rank() != 2 && !whole.is_static()) {
    return std::nullopt;
  }
  return result;
}

bool TakeResults(const Matcher& matcher, const ir::Node& node, const SubgraphOp& op, const LoopBody& body,
                 LstmLoop& loop) {
  loop.results.resize(node.outputs.size());
  for (const SubgraphOp::OutputMap& map : op.output_map) {
    loop.results[AsSize(map.external_port)] = MatchResult(matcher, node, body, loop, map);
  }
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    if (!loop.results[port] && matcher.NumUses(node.outputs[port]) > 0) return false;
  }
  return true;
}

// Whether there is one length for each row, where a mask asks for them.
bool HasLengths(const Matcher& matcher, const ir::Node& node, const LstmLoop& loop) {
  if (!loop.mask) return true;
  const TensorType& type = matcher.graph().value(node.inputs[loop.mask->lengths]).type;
  const Dim rows = loop.body.value(loop.step.x).type.shape[0];
  return IsInteger(type.dtype) && type.shape.is_static() && type.shape.num_elements() == rows &&
         loop.frames != kDynamic;
}

}  // namespace

std::optional<LstmLoop> MatchLstmLoop(const Matcher& matcher, const ir::Node& node) {
  const auto* op = ir::As<SubgraphOp>(*node.op);
  if (op == nullptr) return std::nullopt;
  LstmLoop loop{BodyOf(matcher, node, *op), {}, {}, 0, 0, 0, 0, {}, Ended::kRunsOn, {}, {}, {}};
  const LoopBody body(matcher, node, *op, loop.body);
  const std::optional<LstmPattern> step = OnlyStep(body.matcher());
  if (!step) return std::nullopt;
  loop.step = *step;
  if (!TakeInputs(matcher, node, body, loop)) {
    const auto swapped = WithInputsSwapped(*step);
    if (!swapped) return std::nullopt;
    loop.step = *swapped;
    if (!TakeInputs(matcher, node, body, loop)) return std::nullopt;
  }
  if (!TakeResults(matcher, node, *op, body, loop) || !HasLengths(matcher, node, loop)) return std::nullopt;
  const auto* counted = ir::As<Loop>(*node.op);
  if (counted == nullptr) return loop;
  const bool fits = RunsByTripCount(matcher, node, body, *counted) && TakeTrips(matcher, node, loop);
  return fits ? std::optional(std::move(loop)) : std::nullopt;
}

}  // namespace stepwell::passes
