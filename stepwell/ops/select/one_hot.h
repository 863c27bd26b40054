#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::select {

// A new axis of extent depth, at place `axis` of the result, that holds on_value where its position equals the index
// and off_value elsewhere (everywhere, for an index outside). Inputs: indices (integers), depth (one integer),
// on_value, off_value (scalars of one type). OpenVINO's OneHot-1.
struct OneHot final : ir::OpOf<OneHot> {
  static constexpr std::string_view kName = "OneHot";
  static constexpr std::string_view kOpset = "opset1";

  std::int64_t axis = -1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("axis", self.axis); }
};

}  // namespace stepwell::ops::select
