#include "stepwell/passes/lstm_loop.h"

#include <algorithm>

#include "stepwell/ops/control/body.h"
#include "stepwell/ops/control/loops.h"
#include "stepwell/passes/loop_padding.h"

namespace stepwell::passes {
namespace {

using ir::SubgraphOp;
using ops::control::Loop;

ir::Graph BodyOf(const Matcher& matcher, const ir::Node& node, const SubgraphOp& op) {
  std::vector<ops::control::OuterInput> inputs;
  for (const ir::ValueId input : node.inputs) {
    inputs.push_back({matcher.graph().value(input).type, matcher.graph().constant(input)});
  }
  return ops::control::BodyFor(op, inputs);
}

// The places of the body's inputs and outputs in the node, and the matcher of the body.
class LoopBody {
 public:
  LoopBody(const SubgraphOp& op, const ir::Graph& body) : op_(op), matcher_(body) {}

  const Matcher& matcher() const { return matcher_; }

  // The map of the body input behind the value; null when it is no input that the node fills.
  const SubgraphOp::InputMap* MapBehind(ir::ValueId value) const {
    const auto input = InputBehind(value);
    if (!input) return nullptr;
    const auto map = std::find_if(op_.input_map.begin(), op_.input_map.end(),
                                  [&](const auto& candidate) { return candidate.body_input == *input; });
    return map == op_.input_map.end() ? nullptr : &*map;
  }
  // Whether the next iteration takes `output` where this one takes `input`, each maybe seen through views.
  bool IsFedBack(ir::ValueId output, ir::ValueId input) const {
    const auto fed = InputBehind(input);
    return fed && std::any_of(op_.back_edges.begin(), op_.back_edges.end(), [&](const auto& edge) {
             return edge.body_input == *fed && OutputBehind(edge.body_output) == output;
           });
  }
  ir::ValueId OutputBehind(std::int64_t output) const { return matcher_.BehindViews(Output(output)); }
  const Shape& OutputShape(std::int64_t output) const { return matcher_.ShapeOf(Output(output)); }

 private:
  ir::ValueId Output(std::int64_t output) const { return matcher_.graph().outputs()[AsSize(output)].value; }
  std::optional<std::int64_t> InputBehind(ir::ValueId value) const {
    const std::span<const ir::Input> inputs = matcher_.graph().inputs();
    const ir::ValueId behind = matcher_.BehindViews(value);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].value == behind) return static_cast<std::int64_t>(i);
    }
    return std::nullopt;
  }

  const SubgraphOp& op_;
  Matcher matcher_;
};

// Whether the slicing gives every frame once, in order.
bool TakesEveryFrame(const std::optional<SubgraphOp::Slicing>& slicing) {
  return slicing && (*slicing == SubgraphOp::Slicing{.axis = 0} || *slicing == SubgraphOp::Slicing{.axis = 1});
}

bool IsTrue(const Matcher& matcher, ir::ValueId value) { return matcher.UniformValue(value) == 1.0; }

// Whether nothing but the trip count ends a Loop.
bool RunsByTripCount(const Matcher& matcher, const ir::Node& node, const LoopBody& body, const Loop& loop) {
  const bool goes_on = !loop.condition_output || IsTrue(body.matcher(), body.OutputBehind(*loop.condition_output));
  return goes_on && IsTrue(matcher, node.inputs[Loop::kCondition]);
}

// Whether a Loop runs over all frames, or over a number of them that a run tells and its users fill up with zeros.
bool TakeTrips(const Matcher& matcher, const ir::Node& node, LstmLoop& loop) {
  const Dim frames = matcher.ShapeOf(node.inputs[loop.x])[FrameAxis(loop)];
  const ir::ValueId trips = node.inputs[Loop::kTripCount];
  if (const std::optional<double> known = matcher.UniformValue(trips)) {
    return *known < 0 || (frames != kDynamic && *known == static_cast<double>(frames));
  }
  if (frames == kDynamic) return false;
  std::vector<ir::ValueId> whole;
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    const auto& result = loop.results[port];
    if (result && result->frames == LstmLoop::Result::Frames::kAll) whole.push_back(node.outputs[port]);
  }
  auto paddings = FindPaddings(matcher, std::move(whole), {.trips = trips, .frames = frames});
  if (!paddings) return false;
  loop.trips = trips;
  loop.paddings = std::move(*paddings);
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

// Finds out which inputs of the node are x, h and c.
bool TakeInputs(const Matcher& matcher, const ir::Node& node, const LoopBody& body, LstmLoop& loop) {
  const auto* x = body.MapBehind(loop.step.x);
  const auto* h = body.MapBehind(loop.step.h);
  const auto* c = body.MapBehind(loop.step.c);
  if (x == nullptr || h == nullptr || c == nullptr || !TakesEveryFrame(x->slicing)) return false;
  if (!body.IsFedBack(loop.step.h_out, loop.step.h) || !body.IsFedBack(loop.step.c_out, loop.step.c)) return false;
  loop.x = AsSize(x->external_port);
  loop.h = AsSize(h->external_port);
  loop.c = AsSize(c->external_port);
  loop.order = x->slicing->axis == 0 ? kernels::SequenceOrder::kFramesFirst : kernels::SequenceOrder::kBatchFirst;
  const auto rank = [&](std::size_t input) { return matcher.ShapeOf(node.inputs[input]).rank(); };
  return rank(loop.x) == 3 && rank(loop.h) == 2 && rank(loop.c) == 2;
}

std::optional<LstmLoop::Result> MatchResult(const LoopBody& body, const LstmLoop& loop,
                                            const SubgraphOp::OutputMap& map) {
  const ir::ValueId value = body.OutputBehind(map.body_output);
  if (value != loop.step.h_out && value != loop.step.c_out) return std::nullopt;
  LstmLoop::Result result;
  result.of = value == loop.step.h_out ? LstmLoop::Result::Of::kH : LstmLoop::Result::Of::kC;
  result.frames = map.slicing ? LstmLoop::Result::Frames::kAll : LstmLoop::Result::Frames::kLast;
  const Shape& shape = body.OutputShape(map.body_output);
  if (!map.slicing) return shape.rank() == 2 ? std::optional(result) : std::nullopt;
  const int axis = FrameAxis(loop);
  const bool is_alike = TakesEveryFrame(map.slicing) && map.slicing->axis == axis;
  return is_alike && shape.rank() == 3 && shape[axis] == 1 ? std::optional(result) : std::nullopt;
}

bool TakeResults(const Matcher& matcher, const ir::Node& node, const SubgraphOp& op, const LoopBody& body,
                 LstmLoop& loop) {
  loop.results.resize(node.outputs.size());
  for (const SubgraphOp::OutputMap& map : op.output_map) {
    loop.results[AsSize(map.external_port)] = MatchResult(body, loop, map);
  }
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    if (!loop.results[port] && matcher.NumUses(node.outputs[port]) > 0) return false;
  }
  return true;
}

}  // namespace

std::optional<LstmLoop> MatchLstmLoop(const Matcher& matcher, const ir::Node& node) {
  const auto* op = ir::As<SubgraphOp>(*node.op);
  if (op == nullptr) return std::nullopt;
  LstmLoop loop{BodyOf(matcher, node, *op), {}, {}, 0, 0, 0, {}, {}, {}};
  const LoopBody body(*op, loop.body);
  const std::optional<LstmPattern> step = OnlyStep(body.matcher());
  if (!step) return std::nullopt;
  loop.step = *step;
  if (!TakeInputs(matcher, node, body, loop)) {
    const auto swapped = WithInputsSwapped(*step);
    if (!swapped) return std::nullopt;
    loop.step = *swapped;
    if (!TakeInputs(matcher, node, body, loop)) return std::nullopt;
  }
  if (!TakeResults(matcher, node, *op, body, loop)) return std::nullopt;
  const auto* counted = ir::As<Loop>(*node.op);
  if (counted == nullptr) return loop;
  const bool fits = RunsByTripCount(matcher, node, body, *counted) && TakeTrips(matcher, node, loop);
  return fits ? std::optional(std::move(loop)) : std::nullopt;
}

}  // namespace stepwell::passes
