#pragma once

#include <array>

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Surrounds data by a value. Inputs: data, pads_begin, pads_end (integers [rank], not negative), and the value (a
// scalar; 0 when absent). OpenVINO's Pad-1, of whose modes only "constant" is supported.
struct Pad final : ir::OpOf<Pad> {
  static constexpr std::string_view kName = "Pad";
  static constexpr std::string_view kOpset = "opset1";

  enum class Mode : std::uint8_t { kConstant };
  static constexpr std::array<std::string_view, 1> kModeNames{"constant"};

  Mode mode = Mode::kConstant;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { ir::EnumField(field, "pad_mode", self.mode, kModeNames); }
};

}  // namespace stepwell::ops::layout
