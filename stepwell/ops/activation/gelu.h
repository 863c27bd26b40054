#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/ops/activation/scalar_parameters.h"

namespace stepwell::ops::activation {

// y = x * P(X <= x) for a standard normal X, element by element, floats: with the exact x/2 * (1 + erf(x / sqrt 2)), or
// x/2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))). OpenVINO's Gelu-7; Gelu-2 has no attribute and is exact.
struct Gelu final : ir::OpOf<Gelu> {
  static constexpr std::string_view kName = "Gelu";
  static constexpr std::string_view kOpset = "opset7";

  enum class Form : std::uint8_t { kErf, kTanh };

  Form form = Form::kErf;

  Gelu() = default;
  explicit Gelu(Form approximation) : form(approximation) {}

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferWithScalars(kName, inputs, 0, 0);
  }
  static void Fields(auto& self, auto& field) {
    static constexpr std::array<std::string_view, 2> kForms = {"ERF", "TANH"};
    ir::EnumField(field, "approximation_mode", self.form, kForms);
  }
};

}  // namespace stepwell::ops::activation
