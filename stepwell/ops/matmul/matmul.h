#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::matmul {

// y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n]. Inputs a and b of one numeric type; `transpose_a` and
// `transpose_b` say that the last two axes of an operand lie the other way round. Leading axes broadcast as NumPy's.
// An operand of rank 1 counts as [1, k] (a) or [k, 1] (b), is never transposed, and its axis of 1 is left out of y.
// OpenVINO's MatMul-1.
struct MatMul final : ir::OpOf<MatMul> {
  static constexpr std::string_view kName = "MatMul";
  static constexpr std::string_view kOpset = "opset1";

  bool transpose_a = false;
  bool transpose_b = false;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("transpose_a", self.transpose_a);
    field("transpose_b", self.transpose_b);
  }
};

// The operands' shapes as [..., m, k] and [..., k, n] and the result's as [..., m, n], after operands of rank 1 got
// their second axis and the last two axes of transposed ones were swapped. Ranks must be known.
struct ProductShapes {
  Shape a;
  Shape b;
  Shape y;
};
// Throws Error(kInvalidModel) where the operands cannot be multiplied.
ProductShapes ProductShapesOf(const MatMul& op, const Shape& a, const Shape& b);

}  // namespace stepwell::ops::matmul
