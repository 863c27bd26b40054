#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::matmul {

// y[..., n] = clamp(activation(bias[n] + addend[..., n] + sum over k of x[..., k] * w[k, n]), low, high): a product
// with constant weights and what follows it, in one pass. Inputs, all f32: x [..., K]; w [K, N], or [N, K] with
// `transpose_b`, a constant; bias [N], optional; after a bias, an addend of the shape of y, optional. NaN stays NaN.
// Exists in plans only, never in files.
struct FullyConnected final : ir::OpOf<FullyConnected> {
  static constexpr std::string_view kName = "FullyConnected";
  static constexpr std::string_view kOpset = "stepwell";

  enum class Activation : std::uint8_t { kNone, kSigmoid, kTanh, kGeluErf, kGeluTanh };

  bool transpose_b = false;
  Activation activation = Activation::kNone;
  float low = -std::numeric_limits<float>::infinity();  // a ReLU is low = 0
  float high = std::numeric_limits<float>::infinity();

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    static constexpr std::array<std::string_view, 5> kActivations = {"none", "sigmoid", "tanh", "gelu_erf",
                                                                     "gelu_tanh"};
    field("transpose_b", self.transpose_b);
    ir::EnumField(field, "activation", self.activation, kActivations);
    field("low", self.low);
    field("high", self.high);
  }
};

}  // namespace stepwell::ops::matmul
