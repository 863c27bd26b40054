#pragma once

#include <array>

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Repeats data until it has the target shape. Inputs: data, target shape (integers [rank]). Axes are matched from the
// last one. Numpy: an extent of 1 grows to the target's, others must equal it. Bidirectional: the target's extents of 1
// grow too. OpenVINO's Broadcast-3.
struct Broadcast final : ir::OpOf<Broadcast> {
  static constexpr std::string_view kName = "Broadcast";
  static constexpr std::string_view kOpset = "opset3";

  enum class Mode : std::uint8_t { kNumpy, kBidirectional };
  static constexpr std::array<std::string_view, 2> kModeNames{"numpy", "bidirectional"};

  Mode mode = Mode::kNumpy;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { ir::EnumField(field, "mode", self.mode, kModeNames); }
};

}  // namespace stepwell::ops::layout
