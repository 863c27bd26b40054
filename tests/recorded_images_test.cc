// Nets for images, converted and run at their own and at other batches and sizes, beside what TensorFlow gave: within
// 1e-5 of the largest magnitude.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/ir_file.h"
#include "tests/support/model_runner.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models/bert_resnet";
constexpr float kTolerance = 1e-5F;
constexpr const char* kSqueeze = "Squeeze";
constexpr const char* kPredictions = "resnet_v2_tiny/predictions/Reshape_1";

struct RecordedCase {
  std::string model;    // below models/bert_resnet
  std::string input;    // file below models/bert_resnet
  std::string results;  // folder below models/bert_resnet with the outputs
  std::vector<std::string> outputs = {kSqueeze};
};

constexpr const char* kImageNet = "image_net/graph.pb";

std::string ResNetOf(const std::string& version) { return version + "/resnet_tiny/imagenet_resnet152.ckpt.meta"; }

// What TensorFlow 1.12 and 1.15 computed with the files that they wrote.
std::vector<RecordedCase> ResNetCases() {
  std::vector<RecordedCase> cases;
  for (const std::string version : {"tf112", "tf115"}) {
    for (const std::string call : {"0_b1", "2_b1", "4_b2", "6_b3"}) {
      const std::string folder = "recorded/resnet_tiny_" + call;
      cases.push_back({ResNetOf(version), folder + "/input.npy", folder + "/" + version, {kSqueeze, kPredictions}});
    }
    for (const std::string shape : {"1x97x61", "2x33x48"}) {
      const std::string folder = "recorded/resnet_tiny_" + shape;
      cases.push_back({ResNetOf(version), folder + "/input.npy", folder});
    }
  }
  return cases;
}

std::vector<RecordedCase> ImageNetCases() {
  std::vector<RecordedCase> cases;
  for (const std::string shape : {"1x32x32", "3x32x32", "2x40x24"}) {
    const std::string folder = "image_net/recorded/" + shape;
    cases.push_back({kImageNet, folder + "/image.npy", folder, {"logits"}});
  }
  return cases;
}

converter::ConvertOptions OptionsFor(const std::string& model, const std::vector<std::string>& outputs) {
  converter::ConvertOptions options;
  for (const std::string& output : outputs) options.outputs.push_back(converter::ParseOutputs(output).front());
  options.source.model = kModels / model;
  return options;
}

ir::Graph Converted(const std::string& model, const std::vector<std::string>& outputs = {kSqueeze}) {
  return converter::Convert(OptionsFor(model, outputs)).graph;
}

std::map<std::string, int> OpCounts(const ir::Graph& graph) {
  std::map<std::string, int> counts;
  for (const ir::Node& node : graph.nodes()) ++counts[std::string(node.op->name())];
  counts.erase("Const");
  return counts;
}

class RecordedImages : public ::testing::TestWithParam<RecordedCase> {
 protected:
  void ExpectRecorded(std::shared_ptr<const runtime::LoadedModel> model, runtime::PlanOptions options = {}) const {
    const RecordedCase& recorded = GetParam();
    Tensors inputs;
    inputs.emplace(std::filesystem::path(recorded.input).stem(), ReadNpy(kModels / recorded.input));
    const Tensors outputs = ModelRunner(std::move(model), options).Run(inputs);
    for (const std::string& name : recorded.outputs) {
      const Tensor expected = ReadNpy(kModels / recorded.results / FileOfOutput(name));
      ASSERT_EQ(outputs.at(name).type(), expected.type());
      EXPECT_LT(RelativeDifference(outputs.at(name), expected), kTolerance) << name;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(ResNet, RecordedImages, ::testing::ValuesIn(ResNetCases()));
INSTANTIATE_TEST_SUITE_P(ImageNet, RecordedImages, ::testing::ValuesIn(ImageNetCases()));

TEST_P(RecordedImages, AreMetByTheConvertedGraph) {
  ExpectRecorded(runtime::LoadedModel::Of(Converted(GetParam().model, GetParam().outputs)));
}

TEST_P(RecordedImages, AreMetByTheWrittenFile) {
  testing::TempFolder folder;
  const auto files = ir::WriteIr(Converted(GetParam().model, GetParam().outputs), folder.path() / "model.xml");
  ExpectRecorded(runtime::LoadedModel::Load(files.xml));
}

TEST_P(RecordedImages, AreMetWithoutFusion) {
  ExpectRecorded(runtime::LoadedModel::Of(Converted(GetParam().model, GetParam().outputs)),
                 {.fusion = runtime::Fusion::kOff});
}

TEST(ConvertedResNet, HasItsBatchNormsAndPadsFoldedAndOneTransposeAtTheBorder) {
  const std::map<std::string, int> expected = {{"Add", 42},  {"Convolution", 27}, {"MaxPool", 4}, {"Multiply", 8},
                                               {"ReLU", 22}, {"ReduceMean", 1},   {"Squeeze", 1}, {"Transpose", 1}};
  EXPECT_EQ(OpCounts(Converted(ResNetOf("tf112"))), expected);
}

TEST(ConvertedResNet, KnowsNeitherItsSizesNorTheRankOfItsResultUntilItIsPlanned) {
  const ir::Graph graph = Converted(ResNetOf("tf112"));
  EXPECT_EQ(graph.value(graph.inputs()[0].value).type.shape, (Shape{kDynamic, kDynamic, kDynamic, 3}));
  EXPECT_FALSE(graph.value(graph.outputs()[0].value).type.shape.has_rank());
}

TEST(ConvertedResNet, HasTheRankOfAFixedBatch) {
  converter::ConvertOptions options = OptionsFor(ResNetOf("tf112"), {kSqueeze});
  options.input_shapes = {Shape{1, 64, 64, 3}};
  const ir::Graph one = converter::Convert(options).graph;
  EXPECT_EQ(one.value(one.outputs()[0].value).type.shape, Shape{11});
  options.input_shapes = {Shape{4, 64, 64, 3}};
  const ir::Graph four = converter::Convert(options).graph;
  EXPECT_EQ(four.value(four.outputs()[0].value).type.shape, (Shape{4, 11}));
}

TEST(ConvertedImageNet, HasDilatedConvolutionsInPlaceOfGrids) {
  const auto counts = OpCounts(Converted(kImageNet, {"logits"}));
  EXPECT_FALSE(counts.contains("SpaceToBatch") || counts.contains("BatchToSpace") || counts.contains("Pad"));
  EXPECT_EQ(counts.at("Transpose"), 1);
}

}  // namespace
}  // namespace stepwell::tests
