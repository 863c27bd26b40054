#include "stepwell/ops/attention/attention.h"

#include <fmt/format.h>

#include "stepwell/ops/layout/transpose.h"

namespace stepwell::ops::attention {
namespace {

Shape Ordered(const Shape& shape, std::span<const std::int64_t> order) {
  Shape ordered;
  for (const int axis : layout::TransposeOrder(order, shape.rank())) ordered.Append(shape[axis]);
  return ordered;
}

Shape LeadingAxes(const Shape& shape) { return Shape(shape.dims().first(AsSize(shape.rank() - 2))); }

void RequireLastAxisKept(std::span<const std::int64_t> order, int rank) {
  if (!order.empty() && order.back() == rank - 1) return;
  throw Error(ErrorKind::kInvalidModel, "Attention needs the last axes of its queries, values and result in place");
}

}  // namespace

AttentionShapes ShapesOf(const Attention& op, const Shape& q, const Shape& k, const Shape& v) {
  const int rank = q.rank();
  if (rank < 2 || rank > 4 || k.rank() != rank || v.rank() != rank) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("Attention takes tensors of one rank from 2 to 4; found {}, {}, {}", ToText(q), ToText(k),
                            ToText(v)));
  }
  for (const auto* order : {&op.q_order, &op.v_order, &op.out_order}) RequireLastAxisKept(*order, rank);
  AttentionShapes shapes{Ordered(q, op.q_order), Ordered(k, op.k_order), Ordered(v, op.v_order), {}};
  if (!DimsAgree(shapes.q[rank - 1], shapes.k[rank - 1]) || !DimsAgree(shapes.k[rank - 2], shapes.v[rank - 2])) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("queries {}, keys {} and values {} do not fit each other",
                                                      ToText(shapes.q), ToText(shapes.k), ToText(shapes.v)));
  }
  shapes.y = BroadcastShapes(BroadcastShapes(LeadingAxes(shapes.q), LeadingAxes(shapes.k)), LeadingAxes(shapes.v));
  shapes.y.Append(shapes.q[rank - 2]);
  shapes.y.Append(shapes.v[rank - 1]);
  return shapes;
}

std::vector<TensorType> Attention::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3, 4);
  bool have_ranks = true;
  for (int i = 0; i < inputs.size(); ++i) {
    if (inputs.dtype(i) != DType::kF32) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("Attention takes f32; found {}", ToText(inputs.type(i))));
    }
    have_ranks = have_ranks && inputs.shape(i).has_rank();
  }
  if (!have_ranks) return {{DType::kF32, Shape::UnknownRank()}};
  const AttentionShapes shapes = ShapesOf(*this, inputs.shape(0), inputs.shape(1), inputs.shape(2));
  if (inputs.has(3)) {
    Shape scores = shapes.y;
    scores[scores.rank() - 1] = shapes.k[scores.rank() - 2];
    if (!ShapesAgree(BroadcastShapes(scores, inputs.shape(3)), scores)) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("the mask of Attention must broadcast to {}; found {}",
                                                        ToText(scores), ToText(inputs.type(3))));
    }
  }
  return {{DType::kF32, Ordered(shapes.y, out_order)}};
}

}  // namespace stepwell::ops::attention
