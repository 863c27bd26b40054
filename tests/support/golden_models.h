#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stepwell/base/tensor.h"

// Small models with the values that OpenVINO computed, recorded by tests/data/openvino_ops/make.py.
namespace stepwell::testing {

struct GoldenModel {
  std::string name;
  std::filesystem::path xml;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};

// The models that `folder`/cases.json names, in its order.
std::vector<GoldenModel> LoadGoldenModels(const std::filesystem::path& folder);

}  // namespace stepwell::testing
