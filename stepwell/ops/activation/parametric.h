#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ops/activation/scalar_parameters.h"

// Functions of one variable with parameters, element by element over floats.
namespace stepwell::ops::activation {

// y = x where x > 0, alpha * (exp(x) - 1) elsewhere. OpenVINO's Elu-1.
struct Elu final : ir::OpOf<Elu> {
  static constexpr std::string_view kName = "Elu";
  static constexpr std::string_view kOpset = "opset1";

  float alpha = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferWithScalars(kName, inputs, 0, 0);
  }
  static void Fields(auto& self, auto& field) { field("alpha", self.alpha); }
};

// y = lambda * x where x > 0, lambda * alpha * (exp(x) - 1) elsewhere. Inputs: x, alpha, lambda. OpenVINO's Selu-1.
struct Selu final : ir::OpOf<Selu> {
  static constexpr std::string_view kName = "Selu";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferWithScalars(kName, inputs, 2, 2);
  }
  static void Fields(auto&, auto&) {}
};

// y = x / (1 + exp(-beta * x)). Inputs: x, beta (1 where there is none). OpenVINO's Swish-4.
struct Swish final : ir::OpOf<Swish> {
  static constexpr std::string_view kName = "Swish";
  static constexpr std::string_view kOpset = "opset4";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferWithScalars(kName, inputs, 0, 1);
  }
  static void Fields(auto&, auto&) {}
};

// y = min(max(alpha * x + beta, 0), 1). Inputs: x, alpha, beta. OpenVINO's HardSigmoid-1.
struct HardSigmoid final : ir::OpOf<HardSigmoid> {
  static constexpr std::string_view kName = "HardSigmoid";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    return InferWithScalars(kName, inputs, 2, 2);
  }
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::activation
