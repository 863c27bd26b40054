#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::attention {

// Y = softmax(scale * Q K^T + mask) V over the last two axes, Q [..., M, D], K [..., N, D], V [..., N, E], Y [..., M,
// E]; axes before them broadcast as NumPy's. Each stands for an input with its axes in another order: axis i of Q is
// axis q_order[i] of input 0, and so on; axis i of the result is axis out_order[i] of Y. The last axes of inputs 0 and
// 2 and of the result are those of Q, V and Y. Inputs, all f32, of rank 2 to 4: Q's, K's, V's; the mask, optional,
// which broadcasts to [..., M, N]. Exists in plans only.
struct Attention final : ir::OpOf<Attention> {
  static constexpr std::string_view kName = "Attention";
  static constexpr std::string_view kOpset = "stepwell";

  float scale = 1;
  std::vector<std::int64_t> q_order;
  std::vector<std::int64_t> k_order;
  std::vector<std::int64_t> v_order;
  std::vector<std::int64_t> out_order;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("scale", self.scale);
    field("q_order", self.q_order);
    field("k_order", self.k_order);
    field("v_order", self.v_order);
    field("out_order", self.out_order);
  }
};

// The shapes of Q, K, V and Y for inputs of known rank.
struct AttentionShapes {
  Shape q;
  Shape k;
  Shape v;
  Shape y;
};
// Throws Error(kInvalidModel) where they do not fit each other.
AttentionShapes ShapesOf(const Attention& op, const Shape& q, const Shape& k, const Shape& v);

}  // namespace stepwell::ops::attention
