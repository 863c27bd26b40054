#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::elementwise {

// Each element in another type. From float to integer: toward zero, what does not fit becomes the nearest value that
// does, NaN becomes 0. From integer to integer: the low bits. To boolean: whether it is not 0. To a 16-bit float: the
// nearest, see base/half.h.
struct Convert final : ir::OpOf<Convert> {
  static constexpr std::string_view kName = "Convert";
  static constexpr std::string_view kOpset = "opset1";

  DType destination_type = DType::kF32;

  Convert() = default;
  explicit Convert(DType destination) : destination_type(destination) {}

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("destination_type", self.destination_type); }
};

}  // namespace stepwell::ops::elementwise
