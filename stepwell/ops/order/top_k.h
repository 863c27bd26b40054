#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::order {

// The k largest or smallest elements of every line along an axis, and their places in it. Inputs: data; k (one
// integer). Outputs: values, and indices of type index_element_type. Of equal elements the one that stands first comes
// first, whether or not `stable` asks for it. OpenVINO's TopK-11; files of older opsets lack `stable`.
struct TopK final : ir::OpOf<TopK> {
  static constexpr std::string_view kName = "TopK";
  static constexpr std::string_view kOpset = "opset11";

  enum class Mode : std::uint8_t { kMax, kMin };
  enum class Sort : std::uint8_t { kNone, kValue, kIndex };  // the order of the k elements

  std::int64_t axis = -1;
  Mode mode = Mode::kMax;
  Sort sort = Sort::kValue;
  DType index_element_type = DType::kI32;
  bool stable = true;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    static constexpr std::string_view kModes[] = {"max", "min"};
    static constexpr std::string_view kSorts[] = {"none", "value", "index"};
    field("axis", self.axis);
    ir::EnumField(field, "mode", self.mode, std::span(kModes));
    ir::EnumField(field, "sort", self.sort, std::span(kSorts));
    field("index_element_type", self.index_element_type);
    field("stable", self.stable);
  }
};

}  // namespace stepwell::ops::order
