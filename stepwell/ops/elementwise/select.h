#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/elementwise/auto_broadcast.h"

namespace stepwell::ops::elementwise {

// y = condition ? a : b, element by element after broadcasting the three inputs (condition boolean, a and b of one
// type, which is that of y) to one shape. What is not taken does not matter: NaN in it does not spread.
struct Select final : ir::OpOf<Select> {
  static constexpr std::string_view kName = "Select";
  static constexpr std::string_view kOpset = "opset1";

  AutoBroadcast auto_broadcast = AutoBroadcast::kNumpy;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { AutoBroadcastField(field, self.auto_broadcast); }
};

}  // namespace stepwell::ops::elementwise
