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
  static void Fields(auto& self, auto& field) { WindowFields(self.window, field); }
};

// What windows over those types give: [batch of x, `channels`, spatial...]. Throws Error(kInvalidModel), naming `op`,
// unless x [batch, channels, spatial...] and taps [outputs, channels, taps...] fit. Ranks may be unknown.
Shape ConvolvedShape(std::string_view op, const Window& window, const Shape& x, const Shape& taps, Dim channels);
// Throws Error(kInvalidModel) unless inputs 0 and 1 have one float type.
void RequireOneFloatType(std::string_view op, const ir::InferContext& inputs);

}  // namespace stepwell::ops::conv
