#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/base/npy.h"
#include "stepwell/converter/convert_test_support.h"
#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/ir/roles.h"

// Conversions of DeepSpeech's graphs, run call by call with the state carried, beside what TensorFlow gave
// (models/make/record_deepspeech.py).
namespace stepwell::converter {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr const char* kCell = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/";

ir::Graph ConvertModel(const std::string& model, ConvertOptions options = {}) {
  options.source.model = ModelPath("deepspeech/" + model);
  return Convert(options).graph;
}

Tensor Recorded(const std::string& recording, int chunk, const std::string& name) {
  return ReadNpy(
      ModelPath("deepspeech/recorded/" + recording + "/chunk" + std::to_string(chunk) + "/" + name + ".npy"));
}

// Names of a model's tensors, by what the recordings call them.
struct Names {
  std::string logits = "logits";
  std::string recorded_logits = "logits";
  std::string c_in, h_in, c_out, h_out;
};
const Names kNames030{"logits",
                      "logits",
                      "previous_state_c",
                      "previous_state_h",
                      "lstm_fused_cell/GatherNd",
                      "lstm_fused_cell/GatherNd_1"};
const Names kNames082{"logits", "logits", "previous_state_c", "previous_state_h", "new_state_c", "new_state_h"};

void ExpectRecordedCalls(const ir::Graph& graph, const Names& names, const std::string& recording, int chunks) {
  Caller caller(graph);
  caller.Set(names.c_in, Recorded(recording, 0, "previous_state_c"));
  caller.Set(names.h_in, Recorded(recording, 0, "previous_state_h"));
  for (int chunk = 0; chunk < chunks; ++chunk) {
    caller.Set("input_node", Recorded(recording, chunk, "input_node"));
    caller.Set("input_lengths", Recorded(recording, chunk, "input_lengths"));
    caller.Run();
    const std::string where = recording + " chunk " + std::to_string(chunk) + " ";
    ExpectClose(caller.Get(names.logits), Recorded(recording, chunk, names.recorded_logits), where + "logits");
    ExpectClose(caller.Get(names.c_out), Recorded(recording, chunk, "new_state_c"), where + "c");
    ExpectClose(caller.Get(names.h_out), Recorded(recording, chunk, "new_state_h"), where + "h");
    caller.Set(names.c_in, caller.Get(names.c_out).Clone());
    caller.Set(names.h_in, caller.Get(names.h_out).Clone());
  }
}

TEST(DeepSpeech030, IsFoundWholeWithoutFlags) {
  const ir::Graph graph = ConvertModel("0.3.0-64/output_graph.pb");
  EXPECT_THAT(NamesOf(graph.inputs()),
              ElementsAre("input_node", "input_lengths", "previous_state_c/read", "previous_state_h/read"));
  EXPECT_THAT(NamesOf(graph.outputs()),
              ElementsAre("logits", "lstm_fused_cell/GatherNd", "lstm_fused_cell/GatherNd_1"));
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("previous_state_c/read", "lstm_fused_cell/GatherNd"),
                                                      Pair("previous_state_h/read", "lstm_fused_cell/GatherNd_1")));
  EXPECT_EQ(ToText(graph.value(graph.inputs()[0].value).type), "f32[?,?,19,26]");
  EXPECT_EQ(graph.inputs()[0].default_shape, (Shape{1, 16, 19, 26}));
  EXPECT_THAT(graph.roles(), UnorderedElementsAre(Pair("features", "input_node"), Pair("lengths", "input_lengths"),
                                                  Pair("logits", "logits")));
  EXPECT_THAT(graph.metadata(), Contains(Pair(ir::kLogitsKind, ir::kLogitsAreUnnormalised)));
}

TEST(DeepSpeech030, GivesWhatTensorFlowGave) {
  ExpectRecordedCalls(ConvertModel("0.3.0-64/output_graph.pb"), kNames030, "0.3.0-64", 3);
  ExpectRecordedCalls(ConvertModel("0.3.0-64/output_graph.pbmm"), kNames030, "0.3.0-64", 3);
  ExpectRecordedCalls(ConvertModel("0.3.0-64-b3/output_graph.pb"), kNames030, "0.3.0-64-b3", 3);
}

TEST(DeepSpeech030, ConvertedForOneStreamRunsThree) {
  ExpectRecordedCalls(ConvertModel("0.3.0-64/output_graph.pb"), kNames030, "0.3.0-64-b3", 3);
}

ConvertOptions Published030() {
  return {.inputs = ParseInputs("input_node,previous_state_h/read,previous_state_c/read"),
          .input_shapes = ParseInputShapes("[1,16,19,26],[1,64],[1,64]"),
          .freezes = ParseFreezes("input_lengths->[16]"),
          .outputs = ParseOutputs("raw_logits,lstm_fused_cell/GatherNd,lstm_fused_cell/GatherNd_1")};
}

TEST(DeepSpeech030, ConvertsByThePublishedCommand) {
  const ir::Graph graph = ConvertModel("0.3.0-64/output_graph.pb", Published030());
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("input_node", "previous_state_h/read", "previous_state_c/read"));
  EXPECT_THAT(NamesOf(graph.outputs()),
              ElementsAre("raw_logits", "lstm_fused_cell/GatherNd", "lstm_fused_cell/GatherNd_1"));
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("previous_state_c/read", "lstm_fused_cell/GatherNd"),
                                                      Pair("previous_state_h/read", "lstm_fused_cell/GatherNd_1")));
  EXPECT_EQ(ToText(graph.value(graph.inputs()[0].value).type), "f32[1,16,19,26]");
  Names names = kNames030;
  names.logits = "raw_logits";
  ExpectRecordedCalls(graph, names, "0.3.0-64", 3);
}

TEST(DeepSpeech082, IsFoundWholeWithoutFlags) {
  for (const char* model : {"0.8.2-64", "0.9.3-64"}) {
    const ir::Graph graph = ConvertModel(std::string(model) + "/output_graph.pb");
    EXPECT_THAT(NamesOf(graph.inputs()),
                ElementsAre("input_samples", "input_node", "input_lengths", "previous_state_c", "previous_state_h"));
    EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre("mfccs", "logits", "new_state_c", "new_state_h"));
    EXPECT_THAT(StatePairs(graph),
                UnorderedElementsAre(Pair("previous_state_c", "new_state_c"), Pair("previous_state_h", "new_state_h")));
    EXPECT_THAT(graph.roles(), UnorderedElementsAre(Pair("features", "input_node"), Pair("lengths", "input_lengths"),
                                                    Pair("samples", "input_samples"), Pair("coefficients", "mfccs"),
                                                    Pair("logits", "logits")));
    EXPECT_EQ(graph.metadata().at(std::string(ir::kLogitsKind)), ir::kLogitsAreProbabilities);
    EXPECT_EQ(graph.metadata().at(std::string(ir::kSampleRate)), "16000");
    EXPECT_EQ(graph.metadata().at(std::string(ir::kFeatureWindowMs)), "32");
    EXPECT_EQ(graph.metadata().at(std::string(ir::kFeatureStepMs)), "20");
    EXPECT_EQ(graph.metadata().at(std::string(ir::kBeamWidth)), "500");
    EXPECT_THAT(graph.metadata().at(std::string(ir::kAlphabetBase64)), ::testing::StartsWith("HAAAAAEAIAEAAQBh"));
  }
}

TEST(DeepSpeech082, SaysWhichEdgesProvedTheStates) {
  const ir::Graph graph = ConvertModel("0.8.2-64/output_graph.pb");
  const std::string cell = kCell;
  EXPECT_EQ(graph.FindStateOfInput("previous_state_c")->evidence,
            "selected unchanged at length 0: previous_state_c -> " + cell + "ExpandDims_1 -> " + cell + "concat -> " +
                cell + "GatherNd -> new_state_c");
}

TEST(DeepSpeech082, GivesWhatTensorFlowGave) {
  ExpectRecordedCalls(ConvertModel("0.8.2-64/output_graph.pb"), kNames082, "0.8.2-64", 3);
  ExpectRecordedCalls(ConvertModel("0.8.2-64/output_graph.pb"), kNames082, "0.8.2-64-lengths", 5);
  ExpectRecordedCalls(ConvertModel("0.8.2-64-b3/output_graph.pb"), kNames082, "0.8.2-64-b3", 3);
  ExpectRecordedCalls(ConvertModel("0.9.3-64/output_graph.pb"), kNames082, "0.9.3-64", 3);
}

TEST(DeepSpeech082, ConvertedForOneStreamRunsThree) {
  ExpectRecordedCalls(ConvertModel("0.8.2-64/output_graph.pb"), kNames082, "0.8.2-64-b3", 3);
}

TEST(DeepSpeech082, IsTheSameFromATrainingCheckpoint) {
  for (const char* checkpoint : {"checkpoint_cpu", "checkpoint_cpu_tf115", "checkpoint_cudnn"}) {
    ExpectRecordedCalls(ConvertModel(std::string("0.8.2-64/") + checkpoint), kNames082, "0.8.2-64", 3);
  }
}

ConvertOptions Published082() {
  const std::string cell = kCell;
  return {
      .inputs = ParseInputs("input_lengths->[16],input_node[1,16,19,26],previous_state_h[1,64],previous_state_c[1,64]"),
      .outputs = ParseOutputs(cell + "GatherNd_1," + cell + "GatherNd,logits")};
}

TEST(DeepSpeech082, ConvertsByThePublishedCommand) {
  const std::string cell = kCell;
  const ir::Graph graph = ConvertModel("0.8.2-64/output_graph.pb", Published082());
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("input_node", "previous_state_h", "previous_state_c"));
  EXPECT_THAT(NamesOf(graph.outputs()), ElementsAre(cell + "GatherNd_1", cell + "GatherNd", "logits"));
  EXPECT_THAT(StatePairs(graph), UnorderedElementsAre(Pair("previous_state_c", cell + "GatherNd"),
                                                      Pair("previous_state_h", cell + "GatherNd_1")));
  Names names = kNames082;
  names.c_out = cell + "GatherNd";
  names.h_out = cell + "GatherNd_1";
  ExpectRecordedCalls(graph, names, "0.8.2-64", 3);
}

TEST(DeepSpeech082, MayHaveItsLengthFrozenBelowTheFrames) {
  for (const int chunk : {1, 2, 3}) {
    const Tensor lengths = Recorded("0.8.2-64-lengths", chunk, "input_lengths");
    const std::string length = std::to_string(lengths.as<std::int32_t>()[0]);
    const ir::Graph graph =
        ConvertModel("0.8.2-64/output_graph.pb", {.freezes = ParseFreezes("input_lengths->[" + length + "]")});
    Caller caller(graph);
    caller.Set("input_node", Recorded("0.8.2-64-lengths", chunk, "input_node"));
    caller.Set("previous_state_c", Recorded("0.8.2-64-lengths", chunk, "previous_state_c"));
    caller.Set("previous_state_h", Recorded("0.8.2-64-lengths", chunk, "previous_state_h"));
    caller.Run();
    for (const char* output : {"logits", "new_state_c", "new_state_h"}) {
      ExpectClose(caller.Get(output), Recorded("0.8.2-64-lengths", chunk, output), length + " frames " + output);
    }
  }
}

TEST(DeepSpeech082, WarnsOfStatesWhoseNextValuesAreNotAskedFor) {
  ConvertOptions options{.outputs = ParseOutputs("logits")};
  options.source.model = ModelPath("deepspeech/0.8.2-64/output_graph.pb");
  const ConvertResult result = Convert(options);
  EXPECT_TRUE(result.graph.states().empty());
  EXPECT_THAT(result.warnings,
              ElementsAre("input 'previous_state_c' looks like a state whose next value 'new_state_c' is not among the "
                          "outputs",
                          "input 'previous_state_h' looks like a state whose next value 'new_state_h' is not among the "
                          "outputs"));
}

TEST(DeepSpeech082, ComputesItsFeatures) {
  const ir::Graph graph = ConvertModel("0.8.2-64/output_graph.pb", {.outputs = ParseOutputs("mfccs")});
  EXPECT_THAT(NamesOf(graph.inputs()), ElementsAre("input_samples"));
  const Tensor frames = ReadNpy(ModelPath("deepspeech/recorded/features-0.8.2/frames.npy"));
  const Tensor mfccs = ReadNpy(ModelPath("deepspeech/recorded/features-0.8.2/mfccs.npy"));
  Tensor computed(mfccs.type());
  for (std::size_t row = 0; row < 100; ++row) {
    Caller caller(graph);
    caller.Set("input_samples", Tensor::Of<float>({512}, frames.as<float>().subspan(row * 512, 512)));
    caller.Run();
    const auto values = caller.Get("mfccs").as<float>();
    std::copy(values.begin(), values.end(), computed.as<float>().begin() + static_cast<std::ptrdiff_t>(row * 26));
  }
  ExpectClose(computed, mfccs, "mfccs", kFeatureTolerance);
}

TEST(DeepSpeech082, TakesABatchAndShapesThatAreNotTheSources) {
  const ir::Graph batch = ConvertModel("0.8.2-64/output_graph.pb", {.batch = 3});
  EXPECT_EQ(ToText(batch.value(batch.inputs()[1].value).type), "f32[3,?,19,26]");
  EXPECT_EQ(ToText(batch.value(batch.inputs()[0].value).type), "f32[512]");
  ExpectRecordedCalls(batch, kNames082, "0.8.2-64-b3", 3);
  const ir::Graph fixed = ConvertModel("0.8.2-64/output_graph.pb", {.shapes = ConvertOptions::Shapes::kStatic});
  EXPECT_EQ(ToText(fixed.value(fixed.inputs()[1].value).type), "f32[1,16,19,26]");
  ExpectRecordedCalls(fixed, kNames082, "0.8.2-64-lengths", 5);
  const ir::Graph both =
      ConvertModel("0.8.2-64/output_graph.pb", {.batch = 3, .shapes = ConvertOptions::Shapes::kStatic});
  EXPECT_EQ(ToText(both.value(both.inputs()[1].value).type), "f32[3,16,19,26]");
  ExpectRecordedCalls(both, kNames082, "0.8.2-64-b3", 3);
}

}  // namespace
}  // namespace stepwell::converter
