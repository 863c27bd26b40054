#include "stepwell/passes/fuse_layer_norm.h"

#include <algorithm>
#include <map>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/normalize/layer_norm.h"
#include "stepwell/ops/normalize/mvn.h"
#include "stepwell/passes/constant_row.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::elementwise::Add;
using ops::elementwise::Multiply;
using ops::normalize::LayerNorm;
using ops::normalize::Mvn;

struct Normalization {
  LayerNorm op;
  ir::ValueId x;
  std::optional<ir::ValueId> gamma;
  std::optional<ir::ValueId> beta;
  const ir::Node* last = nullptr;
};

std::optional<Normalization> MatchMvn(const Matcher& matcher, const ir::Node& node) {
  const auto* mvn = ir::As<Mvn>(*node.op);
  if (mvn == nullptr || !mvn->normalize_variance || mvn->eps_mode != Mvn::EpsMode::kInsideSqrt) return std::nullopt;
  const TensorType& type = matcher.graph().value(node.inputs[0]).type;
  const ir::ConstantData* axes = matcher.graph().constant(node.inputs[1]);
  if (axes == nullptr || type.dtype != DType::kF32 || type.shape.rank() < 1) return std::nullopt;
  const auto numbers = axes->Ints();
  const bool is_last =
      numbers && numbers->size() == 1 && (numbers->front() == -1 || numbers->front() == type.shape.rank() - 1);
  if (!is_last) return std::nullopt;
  Normalization found;
  found.op.eps = mvn->eps;
  found.x = node.inputs[0];
  found.last = &node;
  return found;
}

// Takes the node that alone follows, when it is such an op with a constant row.
template <class Op>
std::optional<ir::ValueId> TakeRow(const Matcher& matcher, Normalization& found) {
  const ir::ValueId end = found.last->outputs[0];
  const ir::Node* next = matcher.OnlyUser(end);
  if (next == nullptr || ir::As<Op>(*next->op) == nullptr) return std::nullopt;
  const ir::ValueId row = next->inputs[next->inputs[0] == end ? 1 : 0];
  if (!IsConstantRow(matcher, row, matcher.ShapeOf(end))) return std::nullopt;
  found.last = next;
  return row;
}

ir::ValueId RowOr(Rewriter& rewriter, const std::string& name, std::optional<ir::ValueId> row, const Normalization& of,
                  float otherwise) {
  ir::GraphBuilder& builder = rewriter.builder();
  if (row) return AddRow(builder, name, rewriter.Mapped(*row));
  const Shape& shape = rewriter.source().value(of.x).type.shape;
  Tensor values({DType::kF32, {shape[shape.rank() - 1]}});
  std::ranges::fill(values.as<float>(), otherwise);
  return builder.AddConstant(name, ir::ConstantData::Of(std::move(values)));
}

void AddLayerNorm(Rewriter& rewriter, const Normalization& found) {
  const ir::Node& last = *found.last;
  const ir::ValueId gamma = RowOr(rewriter, last.name + "/gamma", found.gamma, found, 1);
  const ir::ValueId beta = RowOr(rewriter, last.name + "/beta", found.beta, found, 0);
  rewriter.Map(last.outputs[0],
               rewriter.builder().AddOne(last.name, found.op, {rewriter.Mapped(found.x), gamma, beta}));
}

}  // namespace

ir::Graph FuseLayerNorm(const ir::Graph& graph) {
  const Matcher matcher(graph);
  std::map<const ir::Node*, Normalization> found;  // by the last node of each
  for (const ir::Node& node : graph.nodes()) {
    auto normalization = MatchMvn(matcher, node);
    if (!normalization) continue;
    normalization->gamma = TakeRow<Multiply>(matcher, *normalization);
    normalization->beta = TakeRow<Add>(matcher, *normalization);
    if (normalization->gamma || normalization->beta) found.emplace(normalization->last, *normalization);
  }
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto normalization = found.find(&node);
    if (normalization == found.end()) return rewriter.CopyNode(node);
    AddLayerNorm(rewriter, normalization->second);
  }));
}

}  // namespace stepwell::passes
