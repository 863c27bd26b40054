// The tiny BERTs that TensorFlow 1.12 and 1.15 wrote, converted as in the published commands and run at their own and
// at other batches and lengths, beside what TensorFlow gave: within 1e-5 of the largest magnitude.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "stepwell/converter/convert.h"
#include "tests/support/message_of.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

using converter::ConvertOptions;
using converter::ParseInputs;
using converter::ParseOutputs;
using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models/bert_resnet";
constexpr float kTolerance = 1e-5F;
constexpr const char* kPooled = "bert/pooler/dense/Tanh";
const std::vector<std::string> kPlaceholders{"Placeholder", "Placeholder_1", "Placeholder_2"};
const std::vector<std::string> kIterator{"IteratorGetNext:0", "IteratorGetNext:1", "IteratorGetNext:4"};

ConvertOptions PublishedMeta(const std::string& version) {
  ConvertOptions options{.inputs = ParseInputs("Placeholder{i32},Placeholder_1{i32},Placeholder_2{i32}"),
                         .outputs = ParseOutputs(kPooled)};
  options.source.model = kModels / version / "bert_tiny_meta" / "bert_model.ckpt.meta";
  return options;
}

ConvertOptions Frozen(const std::string& version) {
  ConvertOptions options;
  options.source.model = kModels / version / "bert_tiny_frozen" / "inference_graph.pb";
  return options;
}

ConvertOptions PublishedFrozen(const std::string& version) {
  ConvertOptions options = Frozen(version);
  options.inputs =
      ParseInputs("IteratorGetNext:0{i32}[1 32],IteratorGetNext:1{i32}[1 32],IteratorGetNext:4{i32}[1 32]");
  return options;
}

ModelRunner RunnerOf(const ConvertOptions& options, runtime::Fusion fusion = runtime::Fusion::kOn) {
  return ModelRunner(runtime::LoadedModel::Of(converter::Convert(options).graph), {.fusion = fusion});
}

Tensor Recorded(const std::string& recording, const std::string& name) {
  return ReadNpy(kModels / "recorded" / recording / FileOfOutput(name));
}

// Feeds ids, mask and types, recorded under `files`, to `inputs`.
Tensors RunRecorded(const ModelRunner& runner, const std::vector<std::string>& inputs, const std::string& recording,
                    const std::vector<std::string>& files) {
  Tensors tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) tensors.emplace(inputs[i], Recorded(recording, files[i]));
  return runner.Run(tensors);
}

void ExpectRecorded(const ModelRunner& runner, const std::vector<std::string>& inputs, const std::string& recording) {
  const Tensors outputs = RunRecorded(runner, inputs, recording, inputs);
  EXPECT_LT(RelativeDifference(outputs.at(kPooled), Recorded(recording, kPooled)), kTolerance) << recording;
}

// Graphs that TensorFlow built at these batches and lengths with the same weights.
void ExpectRecordedShapes(const ModelRunner& runner, const std::vector<std::string>& inputs) {
  for (const std::string recording : {"bert_tiny_1x9", "bert_tiny_3x20", "bert_tiny_2x64"}) {
    const Tensors outputs = RunRecorded(runner, inputs, recording, {"ids", "mask", "types"});
    EXPECT_LT(RelativeDifference(outputs.at(kPooled), Recorded(recording, "pooled")), kTolerance) << recording;
  }
}

struct Version {
  std::string name;
  runtime::Fusion fusion;
};

class RecordedBert : public ::testing::TestWithParam<Version> {};

TEST_P(RecordedBert, OfAMetaGraphGivesTensorFlowsResultsAtAnyBatchAndLength) {
  const std::string version = GetParam().name;
  const ModelRunner runner = RunnerOf(PublishedMeta(version), GetParam().fusion);
  for (const char* call : {"_0", "_2", "_4", "_6"}) {
    ExpectRecorded(runner, kPlaceholders, "bert_tiny_meta_" + version + call);
  }
  ExpectRecordedShapes(runner, kPlaceholders);
}

TEST_P(RecordedBert, ThatIsFrozenGivesTensorFlowsResultsAtAnyBatchAndLength) {
  const std::string version = GetParam().name;
  for (const ConvertOptions& options : {PublishedFrozen(version), Frozen(version)}) {
    const ModelRunner runner = RunnerOf(options, GetParam().fusion);
    for (const char* call : {"_0_b1", "_2_b1", "_4_b2", "_6_b5"}) {
      ExpectRecorded(runner, kIterator, "bert_tiny_frozen_" + version + call);
    }
    ExpectRecordedShapes(runner, kIterator);
  }
}

TEST_P(RecordedBert, GivesEveryTokensVectorWithoutOutputFlag) {
  const std::string version = GetParam().name;
  ConvertOptions options = PublishedMeta(version);
  options.inputs.clear();
  options.outputs.clear();
  const ModelRunner runner = RunnerOf(options, GetParam().fusion);
  const std::string recording = "bert_tiny_meta_" + version + "_0";
  const Tensors outputs = RunRecorded(runner, kPlaceholders, recording, kPlaceholders);
  const std::string tokens = "bert/encoder/Reshape_2";
  EXPECT_LT(RelativeDifference(outputs.at(tokens), Recorded(recording, tokens)), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Versions, RecordedBert,
    ::testing::Values(Version{"tf112", runtime::Fusion::kOn}, Version{"tf112", runtime::Fusion::kOff},
                      Version{"tf115", runtime::Fusion::kOn}, Version{"tf115", runtime::Fusion::kOff}),
    [](const ::testing::TestParamInfo<Version>& version) {
      return version.param.name + (version.param.fusion == runtime::Fusion::kOn ? "Fused" : "Plain");
    });

TEST(BertConversion, FreesBatchAndLengthOfThePlaceholders) {
  const ir::Graph graph = converter::Convert(PublishedMeta("tf115")).graph;
  for (const ir::Input& input : graph.inputs()) {
    EXPECT_EQ(ToText(graph.value(input.value).type), "i32[?,?]");
    EXPECT_EQ(ToText(input.call), "[?,..64]");
    EXPECT_EQ(input.default_shape, (Shape{1, 32}));
  }
}

TEST(BertConversion, KeepsTheShapesThatTheCommandGivesAndTakesOthersInACall) {
  const ir::Graph graph = converter::Convert(PublishedFrozen("tf115")).graph;
  for (const ir::Input& input : graph.inputs()) {
    EXPECT_EQ(ToText(graph.value(input.value).type), "i32[1,32]");
    EXPECT_EQ(ToText(input.call), "[?,..64]");
  }
}

TEST(BertConversion, FixesShapesForGoodWhenAsked) {
  ConvertOptions options = PublishedMeta("tf115");
  options.shapes = ConvertOptions::Shapes::kStatic;
  const ir::Graph graph = converter::Convert(options).graph;
  EXPECT_EQ(ToText(graph.inputs()[0].call), "[1,32]");
}

TEST(BertConversion, RefusesALengthBeyondThePositions) {
  ConvertOptions options = PublishedMeta("tf115");
  options.inputs = ParseInputs("Placeholder[1 65],Placeholder_1[1 65],Placeholder_2[1 65]");
  EXPECT_THAT(MessageOf([&] { converter::Convert(options); }), HasSubstr("axis 1 of input 'Placeholder' cannot be 65"));
}

TEST(Bert, RefusesACallLongerThanItsPositions) {
  const ModelRunner runner = RunnerOf(PublishedMeta("tf115"));
  Tensors inputs;
  for (const std::string& name : kPlaceholders) inputs.emplace(name, Tensor({DType::kI32, {1, 65}}));
  EXPECT_THAT(MessageOf([&] { runner.Run(inputs); }),
              HasSubstr("input 'Placeholder' takes i32[?,..64] and was given i32[1,65]"));
}

}  // namespace
}  // namespace stepwell::tests
