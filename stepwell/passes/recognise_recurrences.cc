#include "stepwell/passes/recognise_recurrences.h"

#include <map>
#include <numeric>
#include <set>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/select/gather.h"
#include "stepwell/passes/add_fused_lstm.h"
#include "stepwell/passes/lstm_loop.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::layout::Squeeze;
using ops::layout::Unsqueeze;

// Spelled-out steps by the node that computes the new cell: all that a step reads is computed before it, nothing that
// reads its results.
using Steps = std::map<const ir::Node*, LstmPattern>;

Steps FindSteps(const Matcher& matcher) {
  Steps steps;
  for (const ir::Node& node : matcher.graph().nodes()) {
    if (const auto step = MatchSpelledOutLstm(matcher, node)) {
      steps.try_emplace(matcher.graph().producer(step->c_out), *step);
    }
  }
  return steps;
}

void ReplaceStep(Rewriter& rewriter, const ir::Node& node, const LstmPattern& step) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::ValueId first = builder.AddInts(node.name + "/frame_axis", {0});
  const ir::ValueId x = builder.AddOne(node.name + "/frame", Unsqueeze{}, {rewriter.Mapped(step.x), first});
  const FusedLstmOutputs all = AddFusedLstm({.builder = builder,
                                             .name = node.name + "/lstm",
                                             .found_in = rewriter.source(),
                                             .x = x,
                                             .h = rewriter.Mapped(step.h),
                                             .c = rewriter.Mapped(step.c)},
                                            step);
  rewriter.Map(step.h_out, builder.AddOne(node.name + "/h", Squeeze{}, {all.h, first}));
  rewriter.Map(step.c_out, builder.AddOne(node.name, Squeeze{}, {all.c, first}));
}

// The number of a loop's iterations, a scalar, to compute with.
ir::ValueId AddTrips(Rewriter& rewriter, const std::string& name, const LstmLoop& loop) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::ValueId trips =
      builder.AddOne(name + "/trips", ops::elementwise::Convert(DType::kI64), {rewriter.Mapped(*loop.trips)});
  return builder.AddOne(name + "/trips_scalar", ops::layout::Reshape{},
                        {trips, builder.AddInts(name + "/scalar_shape", {})});
}

// The value before the first frame, if there is none.
ir::ValueId AddLastOfTrips(Rewriter& rewriter, const std::string& name, const LstmLoop& loop, ir::ValueId all,
                           ir::ValueId initial) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::ValueId trips = AddTrips(rewriter, name, loop);
  const ir::ValueId zero = builder.AddInt(name + "/no_frame", 0);
  const ir::ValueId before = builder.AddOne(name + "/last_number", ops::elementwise::Subtract{},
                                            {trips, builder.AddInt(name + "/one_frame", 1)});
  const ir::ValueId number = builder.AddOne(name + "/last_frame", ops::elementwise::Maximum{}, {before, zero});
  const ir::ValueId last = builder.AddOne(name + "/last_of_trips", ops::select::Gather{},
                                          {all, number, builder.AddInt(name + "/frame_axis", FrameAxis(loop))});
  const ir::ValueId runs = builder.AddOne(name + "/runs", ops::elementwise::Greater{}, {trips, zero});
  return builder.AddOne(name + "/last", ops::elementwise::Select{}, {runs, last, initial});
}

ir::ValueId AddResult(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop, const FusedLstmOutputs& all,
                      const LstmLoop::Result& result) {
  ir::GraphBuilder& builder = rewriter.builder();
  const bool is_h = result.of == LstmLoop::Result::Of::kH;
  const ir::ValueId value = is_h ? all.h : all.c;
  if (result.frames == LstmLoop::Result::Frames::kAll) return value;
  if (loop.trips) {
    const ir::ValueId initial = rewriter.Mapped(node.inputs[is_h ? loop.h : loop.c]);
    return AddLastOfTrips(rewriter, node.name, loop, value, initial);
  }
  return builder.AddOne(node.name + "/last", ops::select::Gather{},
                        {value, builder.AddInt(node.name + "/last_frame", -1),
                         builder.AddInt(node.name + "/frame_axis", FrameAxis(loop))});
}

// h and c of all frames, zeros from the one on at which the loop ends.
FusedLstmOutputs Masked(Rewriter& rewriter, const std::string& name, const LstmLoop& loop,
                        const FusedLstmOutputs& all) {
  ir::GraphBuilder& builder = rewriter.builder();
  const Dim frames = builder.type(all.h).shape[FrameAxis(loop)];
  std::vector<std::int64_t> numbers(AsSize(frames));
  std::iota(numbers.begin(), numbers.end(), 0);
  const Shape shape = loop.order == kernels::SequenceOrder::kFramesFirst ? Shape{frames, 1, 1} : Shape{1, frames, 1};
  const ir::ValueId frame = builder.AddConstant(name + "/frame", ir::ConstantData::OfInts(shape, numbers));
  const ir::ValueId runs =
      builder.AddOne(name + "/runs", ops::elementwise::Less{}, {frame, AddTrips(rewriter, name, loop)});
  const ir::ValueId zero = builder.AddFloat(name + "/zero", 0);
  const auto masked = [&](ir::ValueId value) {
    return builder.AddOne(name + "/masked", ops::elementwise::Select{}, {runs, value, zero});
  };
  return {masked(all.h), masked(all.c)};
}

void ReplaceLoop(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop) {
  ir::GraphBuilder& builder = rewriter.builder();
  FusedLstmOutputs all = AddFusedLstm({.builder = builder,
                                       .name = node.name,
                                       .found_in = loop.body,
                                       .x = rewriter.Mapped(node.inputs[loop.x]),
                                       .h = rewriter.Mapped(node.inputs[loop.h]),
                                       .c = rewriter.Mapped(node.inputs[loop.c]),
                                       .order = loop.order},
                                      loop.step);
  if (loop.trips) all = Masked(rewriter, node.name, loop, all);
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    const auto& result = loop.results[port];
    if (result) rewriter.Map(node.outputs[port], AddResult(rewriter, node, loop, all, *result));
  }
}

// By Concat: which of its inputs the loop before it has filled in already.
using Paddings = std::map<const ir::Node*, std::set<std::size_t>>;

void CopyWithout(Rewriter& rewriter, const ir::Node& concat, const std::set<std::size_t>& dropped) {
  std::vector<ir::ValueId> inputs;
  for (std::size_t i = 0; i < concat.inputs.size(); ++i) {
    if (!dropped.contains(i)) inputs.push_back(rewriter.Mapped(concat.inputs[i]));
  }
  rewriter.Map(concat.outputs[0], rewriter.builder().Add(concat.name, concat.op, std::move(inputs)).at(0));
}

}  // namespace

ir::Graph RecogniseRecurrences(const ir::Graph& graph) {
  const Matcher matcher(graph);
  const Steps steps = FindSteps(matcher);
  Paddings paddings;
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    if (!node.outputs.empty() && rewriter.FindMapped(node.outputs[0])) return;
    if (paddings.contains(&node)) return CopyWithout(rewriter, node, paddings.at(&node));
    const auto step = steps.find(&node);
    if (step != steps.end()) return ReplaceStep(rewriter, node, step->second);
    if (const auto loop = MatchLstmLoop(matcher, node)) {
      for (const LoopPadding& padding : loop->paddings) paddings[padding.concat].insert(padding.zeros);
      return ReplaceLoop(rewriter, node, *loop);
    }
    rewriter.CopyNode(node);
  }));
}

}  // namespace stepwell::passes
