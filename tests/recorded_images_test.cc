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

struct RecordedCase {
  std::string model;     // below models/bert_resnet
  std::string recorded;  // folder with the input and the output
  std::string input = "input";
  std::string output = "Squeeze";
};

constexpr const char* kResNet112 = "tf112/resnet_tiny/imagenet_resnet152.ckpt.meta";
constexpr const char* kResNet115 = "tf115/resnet_tiny/imagenet_resnet152.ckpt.meta";
constexpr const char* kImageNet = "image_net/graph.pb";

std::vector<RecordedCase> Cases() {
  return {{kResNet112, "recorded/resnet_tiny_tf112_2_b1"},
          {kResNet112, "recorded/resnet_tiny_tf112_4_b2"},
          {kResNet115, "recorded/resnet_tiny_tf115_0_b1"},
          {kResNet115, "recorded/resnet_tiny_tf115_6_b3"},
          {kResNet115, "recorded/resnet_tiny_1x97x61"},
          {kResNet115, "recorded/resnet_tiny_2x33x48"},
          {kImageNet, "image_net/recorded/1x32x32", "image", "logits"},
          {kImageNet, "image_net/recorded/3x32x32", "image", "logits"},
          {kImageNet, "image_net/recorded/2x40x24", "image", "logits"}};
}

converter::ConvertOptions OptionsFor(const std::string& model, const std::string& output) {
  converter::ConvertOptions options{.outputs = converter::ParseOutputs(output)};
  options.source.model = kModels / model;
  return options;
}

ir::Graph Converted(const std::string& model, const std::string& output = "Squeeze") {
  return converter::Convert(OptionsFor(model, output)).graph;
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
    const auto read = [&](const std::string& name) { return ReadNpy(kModels / recorded.recorded / (name + ".npy")); };
    Tensors inputs;
    inputs.emplace(recorded.input, read(recorded.input));
    const Tensors outputs = ModelRunner(std::move(model), options).Run(inputs);
    const Tensor expected = read(recorded.output);
    ASSERT_EQ(outputs.at(recorded.output).type(), expected.type());
    EXPECT_LT(RelativeDifference(outputs.at(recorded.output), expected), kTolerance);
  }
};
INSTANTIATE_TEST_SUITE_P(Models, RecordedImages, ::testing::ValuesIn(Cases()));

TEST_P(RecordedImages, AreMetByTheConvertedGraph) {
  ExpectRecorded(runtime::LoadedModel::Of(Converted(GetParam().model, GetParam().output)));
}

TEST_P(RecordedImages, AreMetByTheWrittenFile) {
  testing::TempFolder folder;
  const auto files = ir::WriteIr(Converted(GetParam().model, GetParam().output), folder.path() / "model.xml");
  ExpectRecorded(runtime::LoadedModel::Load(files.xml));
}

TEST_P(RecordedImages, AreMetWithoutFusion) {
  ExpectRecorded(runtime::LoadedModel::Of(Converted(GetParam().model, GetParam().output)),
                 {.fusion = runtime::Fusion::kOff});
}

TEST(ConvertedResNet, HasItsBatchNormsAndPadsFoldedAndOneTransposeAtTheBorder) {
  const std::map<std::string, int> expected = {{"Add", 42},  {"Convolution", 27}, {"MaxPool", 4}, {"Multiply", 8},
                                               {"ReLU", 22}, {"ReduceMean", 1},   {"Squeeze", 1}, {"Transpose", 1}};
  EXPECT_EQ(OpCounts(Converted(kResNet112)), expected);
}

TEST(ConvertedResNet, KnowsNeitherItsSizesNorTheRankOfItsResultUntilItIsPlanned) {
  const ir::Graph graph = Converted(kResNet112);
  EXPECT_EQ(graph.value(graph.inputs()[0].value).type.shape, (Shape{kDynamic, kDynamic, kDynamic, 3}));
  EXPECT_FALSE(graph.value(graph.outputs()[0].value).type.shape.has_rank());
}

TEST(ConvertedResNet, HasTheRankOfAFixedBatch) {
  converter::ConvertOptions options = OptionsFor(kResNet112, "Squeeze");
  options.input_shapes = {Shape{1, 64, 64, 3}};
  const ir::Graph one = converter::Convert(options).graph;
  EXPECT_EQ(one.value(one.outputs()[0].value).type.shape, Shape{11});
  options.input_shapes = {Shape{4, 64, 64, 3}};
  const ir::Graph four = converter::Convert(options).graph;
  EXPECT_EQ(four.value(four.outputs()[0].value).type.shape, (Shape{4, 11}));
}

TEST(ConvertedImageNet, HasDilatedConvolutionsInPlaceOfGrids) {
  const auto counts = OpCounts(Converted(kImageNet, "logits"));
  EXPECT_FALSE(counts.contains("SpaceToBatch") || counts.contains("BatchToSpace") || counts.contains("Pad"));
  EXPECT_EQ(counts.at("Transpose"), 1);
}

}  // namespace
}  // namespace stepwell::tests
