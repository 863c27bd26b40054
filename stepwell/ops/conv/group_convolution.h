#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::ops::conv {

// A convolution for each group of channels. Inputs: x [batch, groups * channels, spatial...], w [groups, outputs,
// channels, taps...], where channels and outputs are those of one group; y [batch, groups * outputs, spatial...].
// OpenVINO's GroupConvolution-1.
struct GroupConvolution final : ir::OpOf<GroupConvolution> {
  static constexpr std::string_view kName = "GroupConvolution";
  static constexpr std::string_view kOpset = "opset1";

  Window window;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { WindowFields(self.window, field); }
};

}  // namespace stepwell::ops::conv
