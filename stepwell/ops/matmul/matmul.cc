#include "stepwell/ops/matmul/matmul.h"

#include <fmt/format.h>

#include <utility>

namespace stepwell::ops::matmul {
namespace {

enum class Side : std::uint8_t { kLeft, kRight };

Shape AsMatrix(const Shape& operand, bool is_transposed, Side side) {
  if (operand.rank() == 1) return side == Side::kLeft ? Shape{1, operand[0]} : Shape{operand[0], 1};
  Shape matrix = operand;
  if (is_transposed) std::swap(matrix[matrix.rank() - 1], matrix[matrix.rank() - 2]);
  return matrix;
}

Shape LeadingAxes(const Shape& matrix) { return Shape(matrix.dims().first(AsSize(matrix.rank() - 2))); }

}  // namespace

ProductShapes ProductShapesOf(const MatMul& op, const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("MatMul takes tensors of rank 1 or more; found {} and {}", ToText(a), ToText(b)));
  }
  ProductShapes shapes{AsMatrix(a, op.transpose_a, Side::kLeft), AsMatrix(b, op.transpose_b, Side::kRight), {}};
  const Dim inner_a = shapes.a[shapes.a.rank() - 1];
  const Dim inner_b = shapes.b[shapes.b.rank() - 2];
  if (!DimsAgree(inner_a, inner_b)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("cannot multiply {}{} by {}{}: the summed axes are {} and {} long", ToText(a),
                            op.transpose_a ? " (transposed)" : "", ToText(b), op.transpose_b ? " (transposed)" : "",
                            inner_a, inner_b));
  }
  shapes.y = BroadcastShapes(LeadingAxes(shapes.a), LeadingAxes(shapes.b));
  shapes.y.Append(shapes.a[shapes.a.rank() - 2]);
  shapes.y.Append(shapes.b[shapes.b.rank() - 1]);
  return shapes;
}

std::vector<TensorType> MatMul::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  const Shape& a = inputs.shape(0);
  const Shape& b = inputs.shape(1);
  const DType dtype = inputs.dtype(0);
  if (dtype != inputs.dtype(1) || dtype == DType::kBool) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the inputs of MatMul must have one numeric type; found {} and {}", ToText(inputs.type(0)),
                            ToText(inputs.type(1))));
  }
  if (!a.has_rank() || !b.has_rank()) return {{dtype, Shape::UnknownRank()}};
  const Shape y = ProductShapesOf(*this, a, b).y;
  Shape result(y.dims().first(AsSize(y.rank() - 2)));
  if (a.rank() > 1) result.Append(y[y.rank() - 2]);
  if (b.rank() > 1) result.Append(y[y.rank() - 1]);
  return {{dtype, result}};
}

}  // namespace stepwell::ops::matmul
