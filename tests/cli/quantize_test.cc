// stepwell quantize: the files it writes, what it says of them, and what it refuses.
#include <fstream>

#include "tests/cli/run_fixture.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Quantize : public Run {};

TEST_F(Quantize, WritesIrWithSmallerWeights) {
  const auto result = Json({"quantize", Speech("0.8.2-64"), "-o", "small.xml", "--weights", "int8", "--json"});
  EXPECT_THAT(Files(), ElementsAre("small.bin", "small.xml"));
  EXPECT_LT(result["weight_bytes_after"].get<int>(), result["weight_bytes_before"].get<int>() / 2);
  EXPECT_EQ(result["weight_bytes_after"], Json({"info", "small.xml", "--json"})["weight_bytes_per_call"]);
  const auto names = Each(result["layers"], "name");
  EXPECT_THAT(names, AllOf(Contains("layer_1/weights"), Contains(EndsWith("/W")), Contains(EndsWith("/R"))));
  for (const auto& layer : result["layers"]) EXPECT_LT(layer["largest_relative_error"].get<double>(), 0.5 / 127 + 1e-6);
  EXPECT_EQ(Json({"info", "small.xml", "--json"})["metadata"]["weights"], "int8");
}

TEST_F(Quantize, KeepsStatesAndRolesAndRuns) {
  ASSERT_EQ(Stepwell({"quantize", Speech("0.8.2-64"), "-o", "small.xml", "--weights", "bf16"}).exit_code, kDone);
  const ProgramResult result = RunModel("small.xml", Feed("0.8.2-64", 0, 2));
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  // bf16 has 8 bits: an error of a thousandth, not of nothing.
  const float difference = RelativeDifference(Output("logits"), Calls("0.8.2-64", "logits", 0, 2));
  EXPECT_LT(difference, 5e-3F);
  EXPECT_GT(difference, 1e-5F);
}

TEST_F(Quantize, RecordsWhatIsDoneWithActivations) {
  const auto recorded = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"quantize", Speech("0.8.2-64"), "-o", "small.xml"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    EXPECT_EQ(Stepwell(arguments).exit_code, kDone);
    return Json({"info", "small.xml", "--json"})["metadata"].value("activations", "none");
  };
  EXPECT_EQ(recorded({"--weights", "int8"}), "int8");
  EXPECT_THAT(Stepwell({"info", "small.xml"}).out, HasSubstr("activations: int8"));
  EXPECT_EQ(recorded({"--weights", "int4"}), "int8");
  EXPECT_EQ(recorded({"--weights", "int4", "--activations", "int8"}), "int8");
  EXPECT_EQ(recorded({"--weights", "int8", "--activations", "fp32"}), "fp32");
  EXPECT_EQ(recorded({"--weights", "bf16"}), "none");
}

TEST_F(Quantize, PrintsWhatItCost) {
  const ProgramResult result = Stepwell(
      {"quantize", Speech("0.8.2-64"), "-o", "small.xml", "--weights", "int4", "--group", "32", "--keep", "^layer_1/"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, AllOf(HasSubstr("int4 by 32"), HasSubstr(" dB"), HasSubstr("bytes before")));
  EXPECT_THAT(result.out, ::testing::Not(HasSubstr("layer_1/")));
  const ProgramResult info = Stepwell({"info", "small.xml"});
  EXPECT_THAT(info.out, AllOf(HasSubstr("weights: int4 in groups of 32"), HasSubstr("weights_kept: ^layer_1/")));
}

TEST_F(Quantize, SaysWhatIsWrongWithItsFlags) {
  const auto expect_usage = [&](const std::vector<std::string>& flags, const std::string& message) {
    std::vector<std::string> arguments = {"quantize", Speech("0.8.2-64")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, kUsage) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  expect_usage({"--weights", "int8"}, "--output_file");
  expect_usage({"-o", "a.xml"}, "--weights");
  expect_usage({"-o", "a.bin", "--weights", "int8"}, ".xml");
  expect_usage({"-o", "a.xml", "--weights", "int3"}, "int3");
  expect_usage({"-o", "a.xml", "--weights", "int4", "--group", "48"}, "48");
  expect_usage({"-o", "a.xml", "--weights", "bf16", "--group", "64"}, "no scales");
  expect_usage({"-o", "a.xml", "--weights", "int8", "--keep", "("}, "regular expression");
  expect_usage({"-o", "a.xml", "--weights", "int8", "--activations", "int4"}, "int4");
  expect_usage({"-o", "a.xml", "--weights", "bf16", "--activations", "int8"}, "bf16");
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(Quantize, FailsWhereNothingIsToBeQuantised) {
  const ProgramResult result =
      Stepwell({"quantize", Speech("0.8.2-64"), "-o", "a.xml", "--weights", "int8", "--keep", "."});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err, HasSubstr("no weights"));
  EXPECT_THAT(Files(), IsEmpty());
}

// What models/deepspeech/trained/expected.json records of the fp32 model: 38 words said, 10 of them wrong when its
// output is read greedily, 1 with the language model.
TEST_F(Quantize, TellsWhatItCostOnRecordings) {
  const std::filesystem::path trained = kModels / "deepspeech" / "trained";
  const auto result = Json({"quantize", trained / "output_graph.pb", "-o", "small.xml", "--weights", "int8",
                            "--calibrate", trained / "expected.json", "--lm", trained / "lm3.arpa", "--json"});
  EXPECT_EQ(result["layers"].size(), 7U);
  for (const auto& layer : result["layers"]) {
    EXPECT_EQ(layer["activations"], layer["format"] == "bf16" ? "fp32" : "int8");
    EXPECT_GT(layer["largest_relative_output_error"].get<double>(), 0) << layer["name"];
    EXPECT_LT(layer["largest_relative_output_error"].get<double>(), 0.5) << layer["name"];
  }
  const auto& greedy = result["texts"][0];
  EXPECT_EQ(greedy["words_said"], 38);
  EXPECT_EQ(greedy["word_errors_before"], 10);
  EXPECT_EQ(result["texts"][1]["word_errors_before"], 1);
  EXPECT_EQ(result["texts"][1]["word_errors_after"], 1);
}

TEST_F(Quantize, TellsWhatItCostOnAText) {
  const std::filesystem::path model = kModels / "lm_1b" / "kjv";
  std::ifstream text(model / "test_text.txt");
  std::ofstream beginning(folder_ / "text.txt");
  std::string line;
  for (int i = 0; i < 12 && std::getline(text, line); ++i) beginning << line << "\n";
  beginning.close();
  const std::vector<std::string> vocabulary = {"--vocab", model / "vocab.txt"};
  const auto with_vocabulary = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), vocabulary.begin(), vocabulary.end());
    return arguments;
  };
  const auto result =
      Json(with_vocabulary({"quantize", model / "graph.pbtxt", "--input_checkpoint", model / "ckpt", "-o", "small.xml",
                            "--weights", "int4", "--calibrate", folder_ / "text.txt", "--json"}));
  EXPECT_EQ(result["layers"].size(), 10U);
  for (const auto& layer : result["layers"]) EXPECT_TRUE(layer.contains("largest_relative_output_error"));
  const auto scored = Json(with_vocabulary({"score", "small.xml", folder_ / "text.txt", "--json"}));
  EXPECT_EQ(result["perplexity"]["words"], scored["words"]);
  EXPECT_DOUBLE_EQ(result["perplexity"]["after"].get<double>(), scored["perplexity"].get<double>());
  EXPECT_NEAR(result["perplexity"]["before"].get<double>() / result["perplexity"]["after"].get<double>(), 1, 0.05);
}

TEST_F(Quantize, SaysWhatIsWrongWithItsData) {
  const auto expect = [&](const std::vector<std::string>& flags, int code, const std::string& message) {
    std::vector<std::string> arguments = {"quantize", Speech("0.8.2-64"), "-o", "a.xml", "--weights", "int8"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, code) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  expect({"--lm", "a.arpa"}, kUsage, "--calibrate");
  expect({"--calibrate", "missing.wav"}, kFailed, "missing.wav");
  std::filesystem::create_directory(folder_ / "empty");
  expect({"--calibrate", "empty"}, kFailed, "no recordings");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.xml"));
}

// With the language model; read greedily, one of its 175 letters is another.
TEST_F(Quantize, Int8LeavesTheTextsOfTheTrainedModelAsTheyWere) {
  const std::filesystem::path trained = kModels / "deepspeech" / "trained";
  ASSERT_EQ(Stepwell({"quantize", trained / "output_graph.pb", "-o", "small.xml", "--weights", "int8"}).exit_code,
            kDone);
  std::ifstream recorded(trained / "expected.json");
  for (const auto& recording : nlohmann::json::parse(recorded)) {
    const ProgramResult result = Stepwell({"transcribe", "small.xml", trained / recording["file"].get<std::string>(),
                                           "--lm", trained / "lm3.arpa", "--beam-width", "64"});
    ASSERT_EQ(result.exit_code, kDone) << result.err;
    EXPECT_EQ(result.out, recording["lm"].get<std::string>() + "\n");
  }
}

}  // namespace
}  // namespace stepwell::tests
