// `stepwell convert` with no flag over every kind of source, and with each of its flags.
#include <algorithm>

#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

struct Source {
  std::string name;
  std::vector<std::string> arguments;
  std::string stem;  // of the files that are written
  std::vector<std::string> variables;
};

void PrintTo(const Source& source, std::ostream* out) { *out << source.name; }

class SourceKinds : public CommandLine, public ::testing::WithParamInterface<Source> {};

TEST_P(SourceKinds, ConvertWithoutFlags) {
  std::vector<std::string> arguments = {"convert"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const auto result = Json(arguments);
  EXPECT_THAT(Files(), ElementsAre(GetParam().stem + ".bin", GetParam().stem + ".xml"));
  EXPECT_EQ(Each(result["states"], "variable"), GetParam().variables);
  const auto info = Json({"info", GetParam().stem + ".xml"});
  EXPECT_EQ(Each(info["states"], "name"), GetParam().variables);
  EXPECT_TRUE(info["inputs"].back()["shape"][0].is_null()) << "the batch stays free";
}

TEST_P(SourceKinds, AreVerifiedAgainstTheSource) {
  std::vector<std::string> arguments = {"convert", "--verify", "4"};
  arguments.insert(arguments.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  const ProgramResult result = Stepwell(arguments);
  EXPECT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(result.out, HasSubstr("verified over 4 calls"));
}

std::vector<Source> Sources() {
  const std::vector<std::string> speech = {"previous_state_c", "previous_state_h"};
  const std::vector<std::string> words = {"Variable", "Variable_1"};
  const std::string cpu = Model("deepspeech/0.8.2-64/checkpoint_cpu");
  const std::string tf115 = Model("deepspeech/0.8.2-64/checkpoint_cpu_tf115");
  const std::string cudnn = Model("deepspeech/0.8.2-64/checkpoint_cudnn");
  const std::string text = Model("lm_1b/tiny/graph.pbtxt");
  return {{"Frozen030", {Speech("0.3.0-64")}, "output_graph", speech},
          {"Frozen082", {Speech("0.8.2-64")}, "output_graph", speech},
          {"Frozen093", {Speech("0.9.3-64")}, "output_graph", speech},
          {"MemoryMapped030", {Model("deepspeech/0.3.0-64/output_graph.pbmm")}, "output_graph", speech},
          {"MemoryMapped082", {Model("deepspeech/0.8.2-64/output_graph.pbmm")}, "output_graph", speech},
          {"CheckpointFolder", {cpu}, "best_dev-1", speech},
          {"CheckpointPrefix", {cpu + "/best_dev-1"}, "best_dev-1", speech},
          {"CheckpointIndex", {cpu + "/best_dev-1.index"}, "best_dev-1", speech},
          {"CheckpointMeta", {cpu + "/best_dev-1.meta"}, "best_dev-1", speech},
          {"CheckpointMetaFlag", {"--input_meta_graph", tf115 + "/train-1.meta"}, "train-1", speech},
          {"CheckpointOfTensorFlow115", {tf115}, "best_dev-1", speech},
          {"CudnnFolder", {cudnn}, "best_dev-732522", speech},
          {"CudnnMeta", {cudnn + "/best_dev-732522.meta"}, "best_dev-732522", speech},
          {"TextWithV1Shards", {text, "--input_checkpoint", Model("lm_1b/tiny/ckpt")}, "graph", words},
          {"TextWithV1Pattern", {text, "--input_checkpoint", Model("lm_1b/tiny/ckpt/ckpt-*")}, "graph", words}};
}

INSTANTIATE_TEST_SUITE_P(All, SourceKinds, ::testing::ValuesIn(Sources()),
                         [](const auto& row) { return row.param.name; });

class Convert : public CommandLine {
 protected:
  // Converts DeepSpeech 0.8.2 with these flags, which must succeed, and gives what `info` says of the file.
  nlohmann::json Info(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), {"convert", Speech("0.8.2-64"), "-n", "model"});
    const ProgramResult result = Stepwell(flags);
    EXPECT_EQ(result.exit_code, kDone) << result.err;
    return Json({"info", "model.xml"});
  }
  std::uintmax_t SizeOf(const std::string& name) const { return std::filesystem::file_size(folder_ / name); }
};

TEST_F(Convert, PrintsTheStatesItFound) {
  const ProgramResult result = Stepwell({"convert", Speech("0.3.0-64")});
  EXPECT_EQ(result.exit_code, kDone);
  EXPECT_EQ(result.err, "");
  const std::string header = result.out.substr(0, result.out.find('\n'));
  EXPECT_THAT(header, AllOf(HasSubstr("variable"), HasSubstr("shape"), HasSubstr("initial value"), HasSubstr("input"),
                            HasSubstr("output")));
  EXPECT_THAT(result.out, AllOf(HasSubstr("previous_state_c  f32[?,64]  zeros          previous_state_c/read"),
                                HasSubstr("lstm_fused_cell/GatherNd_1"), HasSubstr("Assign 'Assign_2' stores")));
}

TEST_F(Convert, KeepsTheLinesThatAPersonReadsShort) {
  const ProgramResult result = Stepwell({"convert", Speech("0.8.2-64")});
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < result.out.size();) {
    const std::size_t end = std::min(result.out.find('\n', begin), result.out.size());
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  EXPECT_LE(longest, std::max<std::size_t>(120, 20 + folder_.path().string().size() + 20));
  EXPECT_THAT(result.out, HasSubstr("\n    -> new_state_c\n"));
}

TEST_F(Convert, FreesBatchAndFramesAndKeepsTheSourcesShapeAsTheDefault) {
  const auto features = Info({})["inputs"][1];
  EXPECT_EQ(features["name"], "input_node");
  EXPECT_EQ(features["shape"], nlohmann::json({nullptr, nullptr, 19, 26}));
  EXPECT_EQ(features["default_shape"], nlohmann::json({1, 16, 19, 26}));
}

TEST_F(Convert, FixesShapesWhenTold) {
  EXPECT_EQ(Info({"--static_shape"})["inputs"][1]["shape"], nlohmann::json({1, 16, 19, 26}));
  EXPECT_EQ(Info({"--batch", "2"})["inputs"][1]["shape"], nlohmann::json({2, nullptr, 19, 26}));
  EXPECT_EQ(Info({"-b", "2"})["inputs"][4]["shape"], nlohmann::json({2, 64}));
}

TEST_F(Convert, SaysNothingWhenSilent) {
  for (const std::vector<std::string>& flags :
       std::vector<std::vector<std::string>>{{"--silent"}, {"--silent", "True"}, {"--silent=true"}}) {
    std::vector<std::string> arguments = {"convert", Speech("0.3.0-64")};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ProgramResult result = Stepwell(arguments);
    EXPECT_EQ(result.exit_code, kDone);
    EXPECT_EQ(result.out + result.err, "");
  }
  EXPECT_NE(Stepwell({"convert", Speech("0.3.0-64"), "--silent", "false"}).out, "");
}

TEST_F(Convert, PrintsWhatItWroteAsJson) {
  const auto json = Json({"convert", Speech("0.8.2-64"), "-n", "speech", "-o", "a/b"});
  EXPECT_EQ(json["xml"], (folder_ / "a/b/speech.xml").string());
  EXPECT_EQ(json["bin_bytes"], SizeOf("a/b/speech.bin"));
  EXPECT_EQ(json["xml_bytes"], SizeOf("a/b/speech.xml"));
  EXPECT_THAT(Each(json["states"], "input"), ElementsAre("previous_state_c", "previous_state_h"));
  EXPECT_THAT(Each(json["states"], "output"), ElementsAre("new_state_c", "new_state_h"));
  EXPECT_THAT(json["states"][0]["evidence"], HasSubstr("previous_state_c"));
}

TEST_F(Convert, StoresWeightsInHalfTheBytesOnlyWhenTold) {
  Info({});
  const std::uintmax_t whole = SizeOf("model.bin");
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {"--compress_to_fp16"}, {"--compress_to_fp16", "True"}, {"--data_type", "FP16"}}) {
    Info(flags);
    EXPECT_LT(SizeOf("model.bin"), whole * 51 / 100);
  }
  Info({"--compress_to_fp16=False"});
  EXPECT_EQ(SizeOf("model.bin"), whole);
}

TEST_F(Convert, PairsStatesAsNamed) {
  const auto info = Info({"--states", "previous_state_c=new_state_h,previous_state_h=new_state_c"});
  EXPECT_THAT(Each(info["states"], "input"), ElementsAre("previous_state_c", "previous_state_h"));
  EXPECT_THAT(Each(info["states"], "output"), ElementsAre("new_state_h", "new_state_c"));
}

TEST_F(Convert, LeavesStatesUnpairedWhenTold) {
  const auto info = Info({"--states", "none"});
  EXPECT_TRUE(info["states"].empty());
  EXPECT_THAT(Each(info["inputs"], "name"), IsSupersetOf({"previous_state_c", "previous_state_h"}));
  EXPECT_THAT(Each(info["outputs"], "name"), IsSupersetOf({"new_state_c", "new_state_h"}));
}

TEST_F(Convert, TakesRolesAsNamed) {
  EXPECT_EQ(Info({})["roles"]["logits"], "logits");
  const auto roles = Info({"--role", "logits=new_state_c", "--role", "own=input_node"})["roles"];
  EXPECT_EQ(roles["logits"], "new_state_c");
  EXPECT_EQ(roles["own"], "input_node");
}

TEST_F(Convert, WritesStatesAsReadValueWhenTold) {
  Info({});
  EXPECT_THAT(testing::ReadWhole(folder_ / "model.xml"), Not(HasSubstr("type=\"ReadValue\"")));
  const auto info = Info({"--state-form", "readvalue"});
  EXPECT_THAT(testing::ReadWhole(folder_ / "model.xml"),
              AllOf(HasSubstr("type=\"ReadValue\""), HasSubstr("type=\"Assign\"")));
  EXPECT_THAT(Each(info["states"], "name"), ElementsAre("previous_state_c", "previous_state_h"));
}

TEST_F(Convert, AcceptsFlagsThatWereRemoved) {
  const ProgramResult result = Mo({"-w",
                                   Speech("0.8.2-64"),
                                   "--disable_nhwc_to_nchw",
                                   "--use_legacy_frontend",
                                   "--use_new_frontend",
                                   "--disable_fusing",
                                   "--disable_gfusing",
                                   "--disable_resnet_optimization",
                                   "--enable_concat_optimization",
                                   "--generate_experimental_IR_V10",
                                   "--keep_shape_ops",
                                   "--disable_weights_compression",
                                   "--progress",
                                   "--stream_output",
                                   "--framework",
                                   "tf",
                                   "--data_type",
                                   "FP32",
                                   "--log_level",
                                   "ERROR"});
  EXPECT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_THAT(Files(), ElementsAre("output_graph.bin", "output_graph.xml"));
}

TEST_F(Convert, ReadsEveryFormOfInput) {
  const std::vector<std::string> inputs = {
      "input_node[1,16,19,26],previous_state_c[1,64],previous_state_h[1,64],input_lengths->[16]",
      "input_node[1 16 19 26],previous_state_c[1 64],previous_state_h[1 64],input_lengths->[16]",
      "input_node:0[1,16,19,26],previous_state_c:0,previous_state_h:0,input_lengths:0->[16]",
      "input_node{f32}[1,16,19,26],previous_state_c,previous_state_h,input_lengths{i32}[1]->[16]"};
  for (const std::string& input : inputs) {
    const auto info = Info({"--input", input, "--output", "logits,new_state_c,new_state_h"});
    ASSERT_EQ(info["inputs"].size(), 3U) << input;
    EXPECT_EQ(info["states"].size(), 2U) << input;
    EXPECT_EQ(info["inputs"][0]["shape"], nlohmann::json({1, 16, 19, 26})) << input;
  }
  EXPECT_EQ(Info({"--input", "0:logits[16,1,29]", "--output", "logits"})["inputs"].size(), 1U);
}

TEST_F(Convert, RefusesNamesOfFilesThatLeaveTheFolder) {
  const ProgramResult result = Stepwell({"convert", Speech("0.8.2-64"), "-n", "../model"});
  EXPECT_EQ(result.exit_code, kUsage);
  EXPECT_THAT(result.err, AllOf(HasSubstr("../model"), HasSubstr("--output_dir")));
}

}  // namespace
}  // namespace stepwell::tests
