#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Axis i of the result is axis order[i] of data. Inputs: data, order (integers [rank]; an empty one reverses the axes).
// OpenVINO's Transpose-1.
struct Transpose final : ir::OpOf<Transpose> {
  static constexpr std::string_view kName = "Transpose";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

// The order that the elements of input 1 mean for a tensor of that rank. Throws Error(kInvalidModel) when they are no
// permutation of its axes.
std::vector<int> TransposeOrder(std::span<const std::int64_t> order, int rank);

}  // namespace stepwell::ops::layout
