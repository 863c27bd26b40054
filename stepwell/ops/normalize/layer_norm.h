#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::normalize {

// y[..., n] = (x - mean) / sqrt(variance + eps) * gamma[n] + beta[n], mean and variance over the last axis: MVN, its
// scale and its shift in one pass. Inputs, all f32: x [..., N], gamma [N], beta [N]. Exists in plans only.
struct LayerNorm final : ir::OpOf<LayerNorm> {
  static constexpr std::string_view kName = "LayerNorm";
  static constexpr std::string_view kOpset = "stepwell";

  float eps = 0;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("eps", self.eps); }
};

}  // namespace stepwell::ops::normalize
