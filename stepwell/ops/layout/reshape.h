#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// The same elements under another shape. Inputs: data, and the pattern (integers [rank]) with at most one -1, which
// takes what is left; 0 copies the dimension of data at the same place where `special_zero` is set and is an extent
// elsewhere. OpenVINO's Reshape-1; TensorFlow's Reshape has no special zero.
struct Reshape final : ir::OpOf<Reshape> {
  static constexpr std::string_view kName = "Reshape";
  static constexpr std::string_view kOpset = "opset1";

  bool special_zero = false;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  bool IsView() const override { return true; }
  static void Fields(auto& self, auto& field) { field("special_zero", self.special_zero); }
};

}  // namespace stepwell::ops::layout
