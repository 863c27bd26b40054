#include "stepwell/passes/recognise_recurrences.h"

#include <map>
#include <set>

#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/passes/add_fused_lstm.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/replace_lstm.h"
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
      return ReplaceLstmLoop(rewriter, node, *loop);
    }
    if (IsFusableSequence(matcher, node)) return ReplaceLstmSequence(rewriter, node);
    rewriter.CopyNode(node);
  }));
}

}  // namespace stepwell::passes
