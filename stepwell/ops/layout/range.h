#pragma once

#include "stepwell/ir/op.h"
#include "stepwell/ir/versioned_op.h"

namespace stepwell::ops::layout {

// start, start + step, … up to but without stop. Inputs: start, stop, step (scalars of one numeric type). OpenVINO's
// Range-4, and Range-1, whose output has the type of its inputs.
struct Range final : ir::OpOf<Range>, ir::VersionedOp {
  static constexpr std::string_view kName = "Range";
  static constexpr std::string_view kOpset = "opset4";

  Range() = default;
  explicit Range(DType type) : output_type(type) {}
  std::optional<DType> output_type = DType::kI64;  // none: that of the inputs

  std::string_view opset() const override { return output_type ? kOpset : "opset1"; }
  void SetOpset(std::string_view opset) override {
    if (opset == "opset1") output_type.reset();
  }
  DType OutputType(DType inputs) const { return output_type.value_or(inputs); }

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    if (self.output_type) field("output_type", *self.output_type);
  }
};

}  // namespace stepwell::ops::layout
