#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::softmax {

// y[i] = exp(x[i]) / sum over j of exp(x[j]), along `axis` (counted from the end where negative). Input: x, floats.
// OpenVINO's SoftMax-8; SoftMax-1 is the same without negative axes.
struct SoftMax final : ir::OpOf<SoftMax> {
  static constexpr std::string_view kName = "SoftMax";
  static constexpr std::string_view kOpset = "opset8";

  std::int64_t axis = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("axis", self.axis); }
};

// y[i] = x[i] - log(sum over j of exp(x[j])), along `axis`. OpenVINO's LogSoftmax-5.
struct LogSoftmax final : ir::OpOf<LogSoftmax> {
  static constexpr std::string_view kName = "LogSoftmax";
  static constexpr std::string_view kOpset = "opset5";

  std::int64_t axis = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("axis", self.axis); }
};

}  // namespace stepwell::ops::softmax
