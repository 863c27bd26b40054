#pragma once

#include <limits>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::ops::conv {

// A convolution of images x [batch, height, width, channels] and what follows it, in one pass: clamp(bias +
// convolution of x (+ residual), low, high). Inputs, all f32: x; w [outputs, channels, taps...] or [groups, outputs,
// channels, taps...], a constant; bias [all outputs], a constant; residual, of the result's shape, optional. Exists in
// plans only, never in files.
struct ImageConvolution final : ir::OpOf<ImageConvolution> {
  static constexpr std::string_view kName = "ImageConvolution";
  static constexpr std::string_view kOpset = "stepwell";

  Window window;
  float low = -std::numeric_limits<float>::infinity();  // a ReLU is low = 0
  float high = std::numeric_limits<float>::infinity();

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    WindowFields(self.window, field);
    field("low", self.low);
    field("high", self.high);
  }
};

}  // namespace stepwell::ops::conv
