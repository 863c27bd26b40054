#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::ops::conv {

// y[b, o, p...] = sum over c and taps t... of x[b, c, p * stride + t * dilation - pad_begin ...] * w[o, c, t...], where
// x is 0 outside (a cross-correlation). Inputs: x [batch, channels, spatial...], w [outputs, channels, taps...].
// OpenVINO's Convolution-1.
struct Convolution final : ir::OpOf<Convolution> {
  static constexpr std::string_view kName = "Convolution";
  static constexpr std::string_view kOpset = "opset1";

  Window window;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("strides", self.window.strides);
    field("dilations", self.window.dilations);
    field("pads_begin", self.window.pads_begin);
    field("pads_end", self.window.pads_end);
    ir::EnumField(field, "auto_pad", self.window.auto_pad, kAutoPadNames);
  }
};

}  // namespace stepwell::ops::conv
