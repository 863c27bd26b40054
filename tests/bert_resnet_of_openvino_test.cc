// What mo 2024.6 made of the tiny BERT and ResNet, with its new and with its legacy front end, run by us, beside what
// TensorFlow gave for the same graphs; FP16 weights beside what OpenVINO gave with them, too.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models/bert_resnet";
constexpr float kTolerance = 1e-5F;
// FP16 weights are off by up to 2^-11 of themselves, of which products, layer norms and residual sums of two layers
// make more: 2.5e-3 in OpenVINO.
constexpr float kToleranceOfHalfWeights = 0x1p-8F;
constexpr const char* kPooled = "bert/pooler/dense/Tanh";
const std::array<std::string, 3> kPlaceholders{"Placeholder", "Placeholder_1", "Placeholder_2"};
const std::array<std::string, 3> kIterator{"IteratorGetNext:0", "IteratorGetNext:1", "IteratorGetNext:4"};

struct File {
  std::string name;
  std::vector<std::string> inputs;    // tensor names
  std::vector<std::string> recorded;  // folders with the inputs
  std::string output;
  std::string outputs_below = "";  // of each folder
};

std::vector<File> Files() {
  const std::vector<std::string> bert_a(kPlaceholders.begin(), kPlaceholders.end());
  const std::vector<std::string> bert_b(kIterator.begin(), kIterator.end());
  const std::vector<std::string> meta{"bert_tiny_meta_tf112_0", "bert_tiny_meta_tf112_2", "bert_tiny_meta_tf115_4",
                                      "bert_tiny_meta_tf115_6"};
  const std::vector<std::string> frozen{"bert_tiny_frozen_tf112_0_b1", "bert_tiny_frozen_tf115_2_b1"};
  const std::vector<std::string> images{"resnet_tiny_0_b1", "resnet_tiny_2_b1"};
  return {{"bert_tiny_a32", bert_a, meta, kPooled},
          {"bert_tiny_a32_legacy", bert_a, meta, kPooled},
          {"bert_tiny_b32", bert_b, frozen, kPooled},
          {"bert_tiny_b32_legacy", bert_b, frozen, kPooled},
          {"resnet_tiny32", {"input"}, images, "Squeeze", "tf112"},
          {"resnet_tiny32_legacy", {"input"}, images, "Squeeze", "tf115"}};
}

std::filesystem::path XmlOf(const std::string& name) { return kModels / "openvino_ir" / (name + ".xml"); }

Tensors ReadInputs(const std::vector<std::string>& names, const std::filesystem::path& folder) {
  Tensors inputs;
  for (const std::string& name : names) inputs.emplace(name, ReadNpy(folder / FileOfOutput(name)));
  return inputs;
}

class BertAndResNetOfOpenVino : public ::testing::TestWithParam<std::tuple<File, runtime::Fusion>> {};

TEST_P(BertAndResNetOfOpenVino, GiveTensorFlowsResults) {
  const File& file = std::get<0>(GetParam());
  const ModelRunner runner(runtime::LoadedModel::Load(XmlOf(file.name)), {.fusion = std::get<1>(GetParam())});
  for (const std::string& recorded : file.recorded) {
    const auto folder = kModels / "recorded" / recorded;
    const Tensors outputs = runner.Run(ReadInputs(file.inputs, folder));
    const Tensor expected = ReadNpy(folder / file.outputs_below / FileOfOutput(file.output));
    EXPECT_LT(RelativeDifference(FindOutput(runner, outputs, file.output), expected), kTolerance) << recorded;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, BertAndResNetOfOpenVino,
                         ::testing::Combine(::testing::ValuesIn(Files()),
                                            ::testing::Values(runtime::Fusion::kOn, runtime::Fusion::kOff)),
                         [](const auto& test) {
                           const bool is_on = std::get<1>(test.param) == runtime::Fusion::kOn;
                           return std::get<0>(test.param).name + (is_on ? "_fused" : "_unfused");
                         });

TEST(BertOfOpenVinoInHalfPrecision, GivesOpenVinosResultsAndTensorFlowsButForTheWeights) {
  const ModelRunner runner(runtime::LoadedModel::Load(XmlOf("bert_tiny_a")));
  for (const std::string call : {"0", "2", "4", "6"}) {
    const auto folder = kModels / "recorded" / ("bert_tiny_meta_tf112_" + call);
    const Tensors outputs = runner.Run(ReadInputs({kPlaceholders.begin(), kPlaceholders.end()}, folder));
    const Tensor& pooled = FindOutput(runner, outputs, kPooled);
    const Tensor of_openvino = ReadNpy(kModels / "recorded" / ("bert_tiny_fp16_" + call) / FileOfOutput(kPooled));
    EXPECT_LT(RelativeDifference(pooled, of_openvino), kTolerance);
    EXPECT_LT(RelativeDifference(pooled, ReadNpy(folder / FileOfOutput(kPooled))), kToleranceOfHalfWeights);
  }
}

}  // namespace
}  // namespace stepwell::tests
