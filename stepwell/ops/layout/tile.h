#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Repeats data along each axis. Inputs: data, repeats (integers); the shorter of the shape and the repeats is filled up
// with ones at the front. OpenVINO's Tile-1.
struct Tile final : ir::OpOf<Tile> {
  static constexpr std::string_view kName = "Tile";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::layout
