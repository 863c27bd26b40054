#pragma once

#include <array>

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Repeats data until it has the target shape. Inputs: data, target shape (integers [rank]). Axes are matched from the
// last one. Numpy: an extent of 1 grows to the target's, others must equal it. Bidirectional: the target's extents of 1
// grow too. Explicit: input 2 (integers, constant) says which axis of the target each axis of data is. OpenVINO's
// Broadcast-3, and Broadcast-1, which calls explicit "none".
struct Broadcast final : ir::OpOf<Broadcast> {
  static constexpr std::string_view kName = "Broadcast";
  static constexpr std::string_view kOpset = "opset3";

  enum class Mode : std::uint8_t { kNumpy, kBidirectional, kExplicit, kExplicitOfOpset1 };
  static constexpr std::array<std::string_view, 4> kModeNames{"numpy", "bidirectional", "explicit", "none"};

  Mode mode = Mode::kNumpy;

  std::string_view opset() const override { return mode == Mode::kExplicitOfOpset1 ? "opset1" : kOpset; }
  bool is_explicit() const { return mode == Mode::kExplicit || mode == Mode::kExplicitOfOpset1; }

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { ir::EnumField(field, "mode", self.mode, kModeNames); }
};

}  // namespace stepwell::ops::layout
