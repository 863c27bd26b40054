#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::order {

// The sum of the elements so far along an axis. Inputs: data (numbers); the axis (one integer, 0 without the input).
// `exclusive`: without the element itself; `reverse`: from the last element back. OpenVINO's CumSum-3.
struct CumSum final : ir::OpOf<CumSum> {
  static constexpr std::string_view kName = "CumSum";
  static constexpr std::string_view kOpset = "opset3";

  bool exclusive = false;
  bool reverse = false;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("exclusive", self.exclusive);
    field("reverse", self.reverse);
  }
};

}  // namespace stepwell::ops::order
