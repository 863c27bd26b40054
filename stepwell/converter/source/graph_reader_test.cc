#include "stepwell/converter/source/graph_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "stepwell/converter/source/source_test_support.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SourceGraph ReadModel(const std::string& path) { return ReadGraphDef(MapFile(ModelPath("deepspeech/" + path))); }

std::map<std::string, int> OpCounts(const SourceGraph& graph) {
  std::map<std::string, int> counts;
  for (const SourceNode& node : graph.nodes()) ++counts[node.op];
  return counts;
}

// Counts of the frozen graphs as TensorFlow lists them (at 64 cells: 110 and 119 nodes).
TEST(GraphReader, ReadsTheNodesOfDeepSpeech030) {
  const SourceGraph graph = ReadModel("0.3.0-64/output_graph.pb");
  graph.Validate();
  EXPECT_EQ(graph.nodes().size(), 110U);
  EXPECT_EQ(graph.producer(), 27);
  const auto counts = OpCounts(graph);
  EXPECT_EQ(counts.at("VariableV2"), 2);
  EXPECT_EQ(counts.at("BlockLSTM"), 1);
  EXPECT_EQ(counts.at("Assign"), 4);
  const SourceNode& lstm = graph.Node("lstm_fused_cell/BlockLSTM");
  EXPECT_EQ(lstm.FloatAttr("forget_bias"), 1.0F);
  EXPECT_EQ(lstm.FloatAttr("cell_clip"), -1.0F);
  EXPECT_FALSE(lstm.BoolAttr("use_peephole"));
  EXPECT_EQ(lstm.inputs.size(), 9U);
  EXPECT_THAT(graph.Node("logits").control_inputs, ElementsAre("Assign_2", "Assign_3"));
  EXPECT_EQ(graph.Node("input_node").ShapeAttr("shape"), (Shape{1, 16, 19, 26}));
  EXPECT_EQ(graph.Node("input_node").TypeAttr("dtype"), TfType::kFloat);
}

TEST(GraphReader, ReadsTheConstantsOfDeepSpeech082) {
  const SourceGraph graph = ReadModel("0.8.2-64/output_graph.pb");
  graph.Validate();
  EXPECT_EQ(graph.nodes().size(), 119U);
  EXPECT_EQ(graph.producer(), 134);
  EXPECT_THAT(Elements<std::int32_t>(graph.Node("metadata_sample_rate").TensorAttr("value")), ElementsAre(16000));
  EXPECT_THAT(Elements<std::int32_t>(graph.Node("transpose/perm").TensorAttr("value")), ElementsAre(1, 0, 2, 3));
  const SourceTensor& alphabet = graph.Node("metadata_alphabet").TensorAttr("value");
  EXPECT_EQ(alphabet.tf_type, TfType::kString);
  EXPECT_FALSE(alphabet.dtype);
  ASSERT_EQ(alphabet.strings.size(), 1U);
  EXPECT_EQ(alphabet.strings[0].substr(0, 2), std::string("\x1c\0", 2));  // 28 labels
  const SourceTensor& weights = graph.Node("layer_1/weights").TensorAttr("value");
  EXPECT_EQ(weights.shape, (Shape{494, 64}));
  EXPECT_EQ(weights.Bytes().size(), 494U * 64 * 4);
}

TEST(GraphReader, LeavesWeightsInTheFile) {
  const SharedBytes file = MapFile(ModelPath("deepspeech/0.8.2-64/output_graph.pb"));
  const SourceGraph graph = ReadGraphDef(file);
  const SharedBytes weights = graph.Node("layer_1/weights").TensorAttr("value").Bytes().Get();
  EXPECT_GE(weights.data(), file.data());
  EXPECT_LE(weights.data() + weights.size(), file.data() + file.size());
}

TEST(GraphReader, SaysThatAFileEndsTooEarly) {
  const SharedBytes file = MapFile(ModelPath("deepspeech/0.8.2-64/output_graph.pb"));
  EXPECT_THAT(MessageOf([&] { ReadGraphDef(file.Slice(0, file.size() - 100)); }), HasSubstr("bytes are announced"));
}

TEST(GraphReader, BoundsTheNumberOfNodes) {
  std::string nodes;
  for (int i = 0; i < 500'001; ++i) nodes += std::string("\x0a\x00", 2);
  EXPECT_EQ(MessageOf([&] { ReadGraphDef(SharedBytes::CopyOf(std::as_bytes(std::span(nodes)))); }),
            "the graph has more than 500000 nodes");
}

}  // namespace
}  // namespace stepwell::converter
