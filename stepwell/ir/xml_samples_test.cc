#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/file.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/registry.h"
#include "tests/support/temp_folder.h"

// Files that OpenVINO's own converters wrote.
namespace stepwell::ir {
namespace {

using ::testing::ElementsAre;

Graph ReadSample(const std::string& name) {
  return ReadIr(std::filesystem::path(STEPWELL_SOURCE_DIR) / "models" / name, ops::MakeOp);
}

const SubgraphOp* FindSubgraph(const Graph& graph) {
  for (const Node& node : graph.nodes()) {
    if (const auto* subgraph = dynamic_cast<const SubgraphOp*>(node.op.get())) return subgraph;
  }
  return nullptr;
}

// What we write of it, read and written again.
void ExpectRoundTrip(const Graph& graph) {
  constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  const testing::TempFolder folder;
  WriteIr(graph, folder / "first.xml");
  WriteIr(ReadIr(folder / "first.xml", ops::MakeOp), folder / "second.xml");
  EXPECT_EQ(ReadTextFile(folder / "first.xml", kMostBytes), ReadTextFile(folder / "second.xml", kMostBytes));
  EXPECT_EQ(ReadTextFile(folder / "first.bin", kMostBytes), ReadTextFile(folder / "second.bin", kMostBytes));
}

std::vector<std::string> OutputNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const Output& output : graph.outputs()) names.push_back(output.name);
  return names;
}

constexpr const char* kScope = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/";

TEST(XmlSamples, ReadsATensorIteratorOfMo2021) {
  const Graph graph = ReadSample("deepspeech/openvino_ir/mo2021.4-0.8.2/output_graph.xml");
  EXPECT_EQ(graph.nodes().size(), 44U) << "50 layers without 3 inputs and 3 outputs";
  EXPECT_THAT(OutputNames(graph),
              ElementsAre("logits:0", std::string(kScope) + "GatherNd:0", std::string(kScope) + "GatherNd_1:0"));
  const SubgraphOp* loop = FindSubgraph(graph);
  ASSERT_NE(loop, nullptr);
  EXPECT_EQ(loop->name(), "TensorIterator");
  EXPECT_EQ(loop->body->nodes().size(), 8U);
  EXPECT_EQ(loop->back_edges.size(), 2U);
  ExpectRoundTrip(graph);
}

TEST(XmlSamples, ReadsTheOlderGraphOfMo2021) {
  ExpectRoundTrip(ReadSample("deepspeech/openvino_ir/mo2021.4-0.3.0/output_graph.xml"));
}

TEST(XmlSamples, ReadsALoopOfMo2024) {
  const Graph graph = ReadSample("deepspeech/openvino_ir/mo2024.6-0.8.2/output_graph.xml");
  EXPECT_TRUE(graph.FindInput("previous_state_c"));
  EXPECT_TRUE(graph.FindOutput("logits"));
  const SubgraphOp* loop = FindSubgraph(graph);
  ASSERT_NE(loop, nullptr);
  EXPECT_EQ(loop->name(), "Loop");
  EXPECT_TRUE(loop->condition_output);
  EXPECT_FALSE(loop->iteration_input);
  ExpectRoundTrip(graph);
}

TEST(XmlSamples, ReadsTheOlderGraphOfMo2024) {
  ExpectRoundTrip(ReadSample("deepspeech/openvino_ir/mo2024.6-0.3.0/output_graph.xml"));
}

TEST(XmlSamples, ReadsTheLanguageModelOfMo2024) {
  const Graph graph = ReadSample("lm_1b/openvino_ir/graph-2016-09-10.xml");
  EXPECT_TRUE(graph.FindInput("Variable/read")) << "one of the names of the tensor";
  ExpectRoundTrip(graph);
}

}  // namespace
}  // namespace stepwell::ir
