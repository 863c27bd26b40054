#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ir/versioned_op.h"

namespace stepwell::ops::batch_norm {

// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, channel by channel. Inputs: x [batch, channels, ...], and
// gamma, beta, mean and variance [channels], all of one float type. OpenVINO's BatchNormInference-5, and
// BatchNormInference-1, whose x stands behind beta.
struct BatchNormInference final : ir::OpOf<BatchNormInference>, ir::VersionedOp {
  static constexpr std::string_view kName = "BatchNormInference";
  static constexpr std::string_view kOpset = "opset5";

  // The places of the inputs.
  struct Places {
    int x, gamma, beta, mean, variance;
  };

  float epsilon = 0;
  bool is_of_opset1 = false;

  Places places() const { return is_of_opset1 ? Places{2, 0, 1, 3, 4} : Places{0, 1, 2, 3, 4}; }
  std::string_view opset() const override { return is_of_opset1 ? "opset1" : kOpset; }
  void SetOpset(std::string_view opset) override { is_of_opset1 = opset == "opset1"; }
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("epsilon", self.epsilon); }
};

}  // namespace stepwell::ops::batch_norm
