#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// The extents of data as integers [rank]. OpenVINO's ShapeOf-3.
struct ShapeOf final : ir::OpOf<ShapeOf> {
  static constexpr std::string_view kName = "ShapeOf";
  static constexpr std::string_view kOpset = "opset3";

  ShapeOf() = default;
  explicit ShapeOf(DType type) : output_type(type) {}
  DType output_type = DType::kI64;  // or i32

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("output_type", self.output_type); }
};

}  // namespace stepwell::ops::layout
