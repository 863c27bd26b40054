#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// The inputs (one or more, of one type) one behind the other along `axis`; all other extents agree. OpenVINO's
// Concat-1.
struct Concat final : ir::OpOf<Concat> {
  static constexpr std::string_view kName = "Concat";
  static constexpr std::string_view kOpset = "opset1";

  Concat() = default;
  explicit Concat(std::int64_t along) : axis(along) {}
  std::int64_t axis = 0;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("axis", self.axis); }
};

}  // namespace stepwell::ops::layout
