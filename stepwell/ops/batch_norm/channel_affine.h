#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::batch_norm {

// y = clamp(x * scale + shift, low, high) along the last axis: a batch norm and the activation behind it, in one pass.
// Inputs, all f32: x [..., channels], scale and shift [channels], constants. NaN stays NaN. Exists in plans only, never
// in files.
struct ChannelAffine final : ir::OpOf<ChannelAffine> {
  static constexpr std::string_view kName = "ChannelAffine";
  static constexpr std::string_view kOpset = "stepwell";

  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("low", self.low);
    field("high", self.high);
  }
};

}  // namespace stepwell::ops::batch_norm
