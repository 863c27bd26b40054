#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// Removes axes of extent 1. Inputs: data, and the axes (integers, counted from the end where negative); without the
// second input every axis of extent 1 goes. OpenVINO's Squeeze-1.
struct Squeeze final : ir::OpOf<Squeeze> {
  static constexpr std::string_view kName = "Squeeze";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  bool IsView() const override { return true; }
  static void Fields(auto&, auto&) {}
};

// Adds axes of extent 1. Inputs: data, and the places (integers) that the new axes have in the result, counted from its
// end where negative. OpenVINO's Unsqueeze-1.
struct Unsqueeze final : ir::OpOf<Unsqueeze> {
  static constexpr std::string_view kName = "Unsqueeze";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  bool IsView() const override { return true; }
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::layout
