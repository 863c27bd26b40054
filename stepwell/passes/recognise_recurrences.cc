#include "stepwell/passes/recognise_recurrences.h"

#include <map>

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

ir::ValueId AddResult(ir::GraphBuilder& builder, const std::string& name, const LstmLoop& loop,
                      const FusedLstmOutputs& all, const LstmLoop::Result& result) {
  const ir::ValueId value = result.of == LstmLoop::Result::Of::kH ? all.h : all.c;
  if (result.frames == LstmLoop::Result::Frames::kAll) return value;
  const std::int64_t axis = loop.order == kernels::SequenceOrder::kFramesFirst ? 0 : 1;
  return builder.AddOne(name + "/last", ops::select::Gather{},
                        {value, builder.AddInt(name + "/last_frame", -1), builder.AddInt(name + "/frame_axis", axis)});
}

void ReplaceLoop(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop) {
  ir::GraphBuilder& builder = rewriter.builder();
  const FusedLstmOutputs all = AddFusedLstm({.builder = builder,
                                             .name = node.name,
                                             .found_in = loop.body,
                                             .x = rewriter.Mapped(node.inputs[loop.x]),
                                             .h = rewriter.Mapped(node.inputs[loop.h]),
                                             .c = rewriter.Mapped(node.inputs[loop.c]),
                                             .order = loop.order},
                                            loop.step);
  for (std::size_t port = 0; port < loop.results.size(); ++port) {
    const auto& result = loop.results[port];
    if (result) rewriter.Map(node.outputs[port], AddResult(builder, node.name, loop, all, *result));
  }
}

}  // namespace

ir::Graph RecogniseRecurrences(const ir::Graph& graph) {
  const Matcher matcher(graph);
  const Steps steps = FindSteps(matcher);
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    if (!node.outputs.empty() && rewriter.FindMapped(node.outputs[0])) return;
    const auto step = steps.find(&node);
    if (step != steps.end()) return ReplaceStep(rewriter, node, step->second);
    if (const auto loop = MatchLstmLoop(matcher, node)) return ReplaceLoop(rewriter, node, *loop);
    rewriter.CopyNode(node);
  }));
}

}  // namespace stepwell::passes
