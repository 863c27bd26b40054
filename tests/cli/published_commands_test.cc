// The commands that were published for these models, with nothing but paths and the states' width replaced, through a
// link named mo.
#include "tests/cli/command_line.h"

namespace stepwell::tests {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PublishedCommand : public CommandLine {};

TEST_F(PublishedCommand, OfDeepSpeech030Converts) {
  const ProgramResult result =
      Mo({"--input_model", Speech("0.3.0-64"), "--freeze_placeholder_with_value", "input_lengths->[16]", "--input",
          "input_node,previous_state_h/read,previous_state_c/read", "--input_shape", "[1,16,19,26],[1,64],[1,64]",
          "--output", "raw_logits,lstm_fused_cell/GatherNd,lstm_fused_cell/GatherNd_1", "--disable_nhwc_to_nchw"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(Files(), ElementsAre("output_graph.bin", "output_graph.xml"));
  const auto info = Json({"info", "output_graph.xml"});
  EXPECT_THAT(Each(info["inputs"], "name"),
              ElementsAre("input_node", "previous_state_h/read", "previous_state_c/read"));
  EXPECT_THAT(Each(info["outputs"], "name"),
              ElementsAre("raw_logits", "lstm_fused_cell/GatherNd", "lstm_fused_cell/GatherNd_1"));
  EXPECT_THAT(Each(info["states"], "output"), ElementsAre("lstm_fused_cell/GatherNd", "lstm_fused_cell/GatherNd_1"));
  EXPECT_EQ(info["inputs"][0]["shape"], nlohmann::json({1, 16, 19, 26}));
  EXPECT_EQ(info["inputs"][1]["shape"], nlohmann::json({1, 64}));
}

TEST_F(PublishedCommand, OfDeepSpeech082Converts) {
  const std::string cell = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/";
  const ProgramResult result =
      Mo({"--input_model", Speech("0.8.2-64"), "--input",
          "input_lengths->[16],input_node[1,16,19,26],previous_state_h[1,64],previous_state_c[1,64]", "--output",
          cell + "GatherNd_1," + cell + "GatherNd,logits"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  const auto info = Json({"info", "output_graph.xml"});
  EXPECT_THAT(Each(info["inputs"], "name"), ElementsAre("input_node", "previous_state_h", "previous_state_c"));
  EXPECT_THAT(Each(info["outputs"], "name"), ElementsAre(cell + "GatherNd_1", cell + "GatherNd", "logits"));
  EXPECT_THAT(Each(info["states"], "input"), ElementsAre("previous_state_h", "previous_state_c"));
  EXPECT_THAT(Each(info["states"], "output"), ElementsAre(cell + "GatherNd_1", cell + "GatherNd"));
}

TEST_F(PublishedCommand, OfLm1bConvertsAndItsIndicesStayWholeNumbers) {
  const std::string unique = "char_embedding/EmbeddingLookupUnique/Unique";
  const ProgramResult result =
      Mo({"--input_model", Model("lm_1b/tiny/graph.pbtxt"), "--input_checkpoint", Model("lm_1b/tiny/ckpt"),
          "--input_model_is_text", "--input_shape", "[50],[50],[1,80],[1,80]", "--output",
          "softmax_out,lstm/lstm_0/concat_2,lstm/lstm_1/concat_2", "--input",
          unique + ":0," + unique + ":1,Variable/read,Variable_1/read"});
  ASSERT_EQ(result.exit_code, kDone) << result.err;
  const auto info = Json({"info", "graph.xml"});
  EXPECT_THAT(Each(info["inputs"], "type"), ElementsAre("i32", "i32", "f32", "f32"));
  EXPECT_THAT(Each(info["states"], "name"), ElementsAre("Variable", "Variable_1"));
  EXPECT_THAT(Each(info["outputs"], "name"),
              ElementsAre("softmax_out", "lstm/lstm_0/concat_2", "lstm/lstm_1/concat_2"));
}

TEST_F(PublishedCommand, RefusesAStateOfAnotherWidth) {
  const ProgramResult result =
      Mo({"--input_model", Speech("0.3.0-64"), "--input", "input_node,previous_state_h/read,previous_state_c/read",
          "--input_shape", "[1,16,19,26],[1,2048],[1,2048]", "-o", "out"});
  EXPECT_EQ(result.exit_code, kFailed);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("previous_state_h"), HasSubstr("2048"), HasSubstr("64"), HasSubstr(Speech("0.3.0-64"))));
  EXPECT_THAT(Files(), ElementsAre());
}

TEST_F(PublishedCommand, MoShowsTheHelpOfConvertAndTheVersion) {
  EXPECT_THAT(Mo({"--help"}).out, HasSubstr("--freeze_placeholder_with_value"));
  EXPECT_EQ(Mo({"--version"}).out, Stepwell({"--version"}).out);
}

}  // namespace
}  // namespace stepwell::tests
