// `stepwell info` and `stepwell bench`, as text and as data.
#include <sstream>

#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Info : public CommandLine {};

TEST_F(Info, ShowsInputsOutputsStatesRolesOpsAndWeights) {
  const ProgramResult result = Stepwell({"info", Speech("0.8.2-64")});
  EXPECT_EQ(result.exit_code, kDone);
  EXPECT_EQ(result.err, "");
  for (const std::string says : {"input_node", "f32[?,?,19,26]", "[1,16,19,26]", "features", "new_state_c", "zeros",
                                 "LSTMCell", "sample_rate: 16000", "parameters: ", "weights: "}) {
    EXPECT_THAT(result.out, HasSubstr(says));
  }
}

TEST_F(Info, CountsTheParametersOfTheNetwork) {
  const auto info = Json({"info", Speech("0.3.0-64")});
  // Six dense layers and one LSTM of 64 cells on 19 windows of 26 coefficients, 29 classes.
  constexpr int kDense = (494 * 64 + 64) + 2 * (64 * 64 + 64) + (64 * 64 + 64) + (64 * 29 + 29);
  constexpr int kLstm = 128 * 256 + 256;
  EXPECT_GE(info["parameters"], kDense + kLstm);
  EXPECT_LE(info["parameters"], kDense + kLstm + 64) << "and a few constants";
  EXPECT_GE(info["weight_bytes_per_call"], 4 * (kDense + kLstm));
  EXPECT_GT(info["ops"]["MatMul"], 0);
}

TEST_F(Info, SaysTheSameOfASourceAndOfItsIr) {
  ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64")}).exit_code, kDone);
  EXPECT_EQ(Json({"info", Speech("0.8.2-64")}), Json({"info", "output_graph.xml"}));
}

TEST_F(Info, ReadsIrThatOpenVinosOwnConverterWrote) {
  const auto info = Json({"info", Model("lm_1b/openvino_ir/graph-2016-09-10.xml")});
  EXPECT_EQ(info["inputs"].size(), 4U);
  EXPECT_EQ(info["outputs"].size(), 3U);
}

TEST_F(Info, ShowsWhichShapesACallMayGiveBesideTheShapeThatWasFixed) {
  ASSERT_EQ(Stepwell({"convert", Model("bert_resnet/tf112/bert_tiny_frozen/inference_graph.pb"), "--input",
                      "IteratorGetNext:0[1 32],IteratorGetNext:1[1 32],IteratorGetNext:4[1 32]"})
                .exit_code,
            kDone);
  EXPECT_THAT(Stepwell({"info", "inference_graph.xml"}).out, AllOf(HasSubstr("i32[1,32]"), HasSubstr("[?,..64]")));
  const auto input = Json({"info", "inference_graph.xml"})["inputs"][0];
  EXPECT_EQ(input["shape"], nlohmann::json({1, 32}));
  EXPECT_EQ(input["call_shape"], nlohmann::json({nullptr, nullptr}));
  EXPECT_EQ(input["largest_shape"], nlohmann::json({nullptr, 64}));
}

class Bench : public CommandLine {
 protected:
  static std::vector<std::string> Tiny(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"bench", "--synthetic", "deepspeech:24", "--repeat", "5"});
    return flags;
  }
};

TEST_F(Bench, GivesItsNumbersAtTheTopLevelOfItsJson) {
  const auto json = Json(Tiny({"--threads", "1"}));
  EXPECT_EQ(json["calls"], 5);
  EXPECT_EQ(json["batch"], 1);
  EXPECT_EQ(json["frames"], 16);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_GT(json["p50_ms"], 0);
  EXPECT_LE(json["p50_ms"], json["p90_ms"]);
  EXPECT_LE(json["p90_ms"], json["p99_ms"]);
  EXPECT_LE(json["p99_ms"], json["max_ms"]);
  EXPECT_NEAR(json["frames_per_second"].get<double>(), 16 * json["calls_per_second"].get<double>(), 1e-3);
  EXPECT_EQ(Json(Tiny({"--format", "json"})).size(), json.size());
}

TEST_F(Bench, MeasuresTheShapeItIsTold) {
  const auto synthetic = Json(Tiny({"--batch", "2", "--frames", "4"}));
  EXPECT_EQ(synthetic["batch"], 2);
  EXPECT_EQ(synthetic["frames"], 4);
  ASSERT_EQ(Stepwell({"convert", Speech("0.8.2-64")}).exit_code, kDone);
  for (const std::string& model : {Speech("0.8.2-64"), std::string("output_graph.xml")}) {
    const auto json = Json({"bench", model, "--repeat", "2", "--batch", "3", "--frames", "1"});
    EXPECT_EQ(json["batch"], 3) << model;
    EXPECT_EQ(json["frames"], 1) << model;
  }
}

TEST_F(Bench, SplitsItsTimeByOp) {
  const auto ops = Json(Tiny({"--per-op"}))["ops"];
  ASSERT_GT(ops.size(), 3U);
  double share = 0;
  for (const auto& op : ops) share += op["share"].get<double>();
  EXPECT_NEAR(share, 1, 1e-9);
  EXPECT_FALSE(Json(Tiny({})).contains("ops"));
}

TEST_F(Bench, PrintsCsvAndMarkdown) {
  const std::string csv = Stepwell(Tiny({"--format", "csv"})).out;
  EXPECT_THAT(csv, StartsWith("calls,batch,frames,threads,p50 ms,p90 ms,p99 ms,max ms,"));
  EXPECT_THAT(csv, HasSubstr("\r\n5,1,16,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
  const std::string markdown = Stepwell(Tiny({"--format", "markdown"})).out;
  EXPECT_THAT(markdown, StartsWith("| calls | batch |"));
  EXPECT_THAT(markdown, HasSubstr("\n| ----- | ----- |"));
}

TEST_F(Bench, BuildsBothNetworks) {
  EXPECT_EQ(Json({"bench", "--synthetic", "lm_1b:128", "--repeat", "2"})["model"], "lm_1b");
  EXPECT_EQ(Json(Tiny({}))["model"], "deepspeech");
}

TEST_F(Bench, RefusesOtherSyntheticModels) {
  for (const std::string model : {"whisper", "deepspeech:0", "deepspeech:x", "lm_1b:"}) {
    const ProgramResult result = Stepwell({"bench", "--synthetic", model});
    EXPECT_EQ(result.exit_code, kUsage) << model;
    EXPECT_THAT(result.err, AllOf(HasSubstr(model), HasSubstr("deepspeech[:CELLS]")));
  }
}

TEST_F(Bench, DrawsNoProgressBarWhereStandardErrorIsNoTerminal) {
  const ProgramResult result = Stepwell({"bench", "--synthetic", "deepspeech:512", "--repeat", "300"});
  EXPECT_EQ(result.exit_code, kDone);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace stepwell::tests
