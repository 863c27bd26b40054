#pragma once

#include <array>

#include "stepwell/ir/op.h"
#include "stepwell/ir/versioned_op.h"

namespace stepwell::ops::layout {

// Surrounds data. Inputs: data, pads_begin, pads_end (integers [rank]; negative ones cut off), and the value (a scalar;
// 0 when absent). Constant: by the value. Edge: by the outermost elements. Reflect and symmetric: by what lies inside,
// mirrored without and with the outermost elements. OpenVINO's Pad-1, and Pad-12, which alone may
// cut off.
struct Pad final : ir::OpOf<Pad>, ir::VersionedOp {
  static constexpr std::string_view kName = "Pad";
  static constexpr std::string_view kOpset = "opset1";

  enum class Mode : std::uint8_t { kConstant, kEdge, kReflect, kSymmetric };
  static constexpr std::array<std::string_view, 4> kModeNames{"constant", "edge", "reflect", "symmetric"};

  Mode mode = Mode::kConstant;
  bool may_cut = false;

  std::string_view opset() const override { return may_cut ? "opset12" : kOpset; }
  void SetOpset(std::string_view opset) override { may_cut = opset == "opset12"; }

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { ir::EnumField(field, "pad_mode", self.mode, kModeNames); }
};

}  // namespace stepwell::ops::layout
