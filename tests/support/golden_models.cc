#include "tests/support/golden_models.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/recorded_tensor.h"

namespace stepwell::testing {
namespace {

std::vector<Tensor> Tensors(const nlohmann::json& list) {
  std::vector<Tensor> tensors;
  for (const nlohmann::json& tensor : list) tensors.push_back(ParseRecordedTensor(tensor.dump()));
  return tensors;
}

}  // namespace

std::vector<GoldenModel> LoadGoldenModels(const std::filesystem::path& folder) {
  std::ifstream stream(folder / "cases.json");
  const nlohmann::json recorded = nlohmann::json::parse(stream);
  std::vector<GoldenModel> models;
  for (const nlohmann::json& json : recorded.at("cases")) {
    const auto name = json.at("name").get<std::string>();
    models.push_back({.name = name,
                      .xml = folder / (name + ".xml"),
                      .inputs = Tensors(json.at("inputs")),
                      .outputs = Tensors(json.at("outputs"))});
  }
  return models;
}

}  // namespace stepwell::testing
