#include "stepwell/passes/fuse_attention.h"

#include <map>

#include "stepwell/passes/attention_pattern.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {

ir::Graph FuseAttention(const ir::Graph& graph) {
  const Matcher matcher(graph);
  std::map<const ir::Node*, AttentionPattern> found;  // by the last node of each
  for (const ir::Node& node : graph.nodes()) {
    if (const auto pattern = MatchAttention(matcher, node)) found.emplace(pattern->last, *pattern);
  }
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto pattern = found.find(&node);
    if (pattern == found.end()) return rewriter.CopyNode(node);
    const AttentionPattern& attention = pattern->second;
    std::vector<ir::ValueId> inputs = {attention.q, attention.k, attention.v};
    if (attention.mask) inputs.push_back(*attention.mask);
    rewriter.Map(node.outputs[0], rewriter.builder().AddOne(node.name, attention.op, rewriter.Mapped(inputs)));
  }));
}

}  // namespace stepwell::passes
