#include "stepwell/passes/recognise_formulas.h"

#include <map>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/passes/gelu_pattern.h"
#include "stepwell/passes/normalization_pattern.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

// By the node that computes the result.
template <class Pattern>
using Found = std::map<const ir::Node*, Pattern>;

void AddGelu(Rewriter& rewriter, const GeluPattern& gelu) {
  const ir::Node& node = *gelu.result;
  rewriter.Map(node.outputs[0],
               rewriter.builder().AddOne(node.name, ops::activation::Gelu(gelu.form), {rewriter.Mapped(gelu.x)}));
}

void AddNormalization(Rewriter& rewriter, const NormalizationPattern& pattern) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::Node& node = *pattern.result;
  ir::ValueId value =
      builder.AddOne(node.name + "/mvn", pattern.op, {rewriter.Mapped(pattern.x), rewriter.Mapped(pattern.axes)});
  for (const ir::ValueId scale : pattern.scales) {
    value = builder.AddOne(node.name + "/scaled", ops::elementwise::Multiply(), {value, rewriter.Mapped(scale)});
  }
  if (pattern.shift) {
    value = builder.AddOne(node.name, ops::elementwise::Add(), {value, rewriter.Mapped(*pattern.shift)});
  }
  rewriter.Map(node.outputs[0], value);
}

}  // namespace

ir::Graph RecogniseFormulas(const ir::Graph& graph) {
  const Matcher matcher(graph);
  Found<GeluPattern> gelus;
  Found<NormalizationPattern> normalizations;
  for (const ir::Node& node : graph.nodes()) {
    if (const auto gelu = MatchGelu(matcher, node)) gelus.emplace(gelu->result, *gelu);
    if (const auto pattern = MatchNormalization(matcher, node)) normalizations.emplace(pattern->result, *pattern);
  }
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    if (const auto gelu = gelus.find(&node); gelu != gelus.end()) return AddGelu(rewriter, gelu->second);
    if (const auto pattern = normalizations.find(&node); pattern != normalizations.end()) {
      return AddNormalization(rewriter, pattern->second);
    }
    rewriter.CopyNode(node);
  }));
}

}  // namespace stepwell::passes
