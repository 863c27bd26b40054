#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::elementwise {

// y = min(max(x, low), high), element by element; y has the type of x. NaN stays NaN. Integers are compared with low
// rounded up and high rounded down.
struct Clamp final : ir::OpOf<Clamp> {
  static constexpr std::string_view kName = "Clamp";
  static constexpr std::string_view kOpset = "opset1";

  float low = 0;
  float high = 0;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("min", self.low);
    field("max", self.high);
  }
};

}  // namespace stepwell::ops::elementwise
