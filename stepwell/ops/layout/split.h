#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Cuts data into `num_splits` equal parts. Inputs: data, axis (one integer). OpenVINO's Split-1.
struct Split final : ir::OpOf<Split> {
  static constexpr std::string_view kName = "Split";
  static constexpr std::string_view kOpset = "opset1";

  Split() = default;
  explicit Split(std::int64_t parts) : num_splits(parts) {}
  std::int64_t num_splits = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("num_splits", self.num_splits); }
};

// Cuts data into parts of the given lengths, one of which may be -1 and takes the rest. Inputs: data, axis (one
// integer), lengths (integers [parts]). OpenVINO's VariadicSplit-1.
struct VariadicSplit final : ir::OpOf<VariadicSplit> {
  static constexpr std::string_view kName = "VariadicSplit";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::layout
