#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// start, start + step, … up to but without stop. Inputs: start, stop, step (scalars of one numeric type). OpenVINO's
// Range-4.
struct Range final : ir::OpOf<Range> {
  static constexpr std::string_view kName = "Range";
  static constexpr std::string_view kOpset = "opset4";

  Range() = default;
  explicit Range(DType type) : output_type(type) {}
  DType output_type = DType::kI64;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("output_type", self.output_type); }
};

}  // namespace stepwell::ops::layout
