#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::batch_norm {

// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, channel by channel. Inputs: x [batch, channels, ...], and
// gamma, beta, mean and variance [channels], all of one float type. OpenVINO's BatchNormInference-5.
struct BatchNormInference final : ir::OpOf<BatchNormInference> {
  static constexpr std::string_view kName = "BatchNormInference";
  static constexpr std::string_view kOpset = "opset5";

  float epsilon = 0;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("epsilon", self.epsilon); }
};

}  // namespace stepwell::ops::batch_norm
