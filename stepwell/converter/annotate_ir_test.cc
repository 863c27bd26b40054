#include "stepwell/converter/annotate_ir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/message_of.h"

namespace stepwell::converter {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// What OpenVINO 2026 wrote: it says neither roles nor, in the explicit form, states.
ConvertOptions OptionsFor(const std::string& form) {
  ConvertOptions options;
  options.source.model = std::string(STEPWELL_SOURCE_DIR) +
                         "/models/deepspeech/openvino_ir/convert_model2026.4-0.8.2-" + form + "/output_graph.xml";
  return options;
}

TEST(AnnotateIr, FindsRolesThatTheFileDoesNotName) {
  const ir::Graph graph = AnnotateIr(OptionsFor("explicit")).graph;
  EXPECT_THAT(graph.roles(), Contains(Pair("features", "input_node:0")));
  EXPECT_THAT(graph.roles(), Contains(Pair("logits", "logits:0")));
  EXPECT_THAT(graph.roles(), Contains(Pair("lengths", "input_lengths:0")));
}

TEST(AnnotateIr, PairsTheStatesThatAreNamed) {
  ConvertOptions options = OptionsFor("explicit");
  options.states = ParseStates("previous_state_c=new_state_c,previous_state_h=new_state_h");
  options.roles = {{"mine", "logits"}};
  options.model_name = "named";
  const ConvertResult result = AnnotateIr(options);
  ASSERT_EQ(result.graph.states().size(), 2U);
  EXPECT_EQ(result.graph.states()[0].input, "previous_state_c:0");
  EXPECT_EQ(result.graph.states()[0].output, "new_state_c:0");
  EXPECT_EQ(result.graph.name(), "named");
  EXPECT_THAT(result.graph.roles(), Contains(Pair("mine", "logits:0")));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("no command looks for the role 'mine'")));
}

TEST(AnnotateIr, KeepsTheFilesStatesUnlessToldOtherwise) {
  ConvertOptions options = OptionsFor("makestateful");
  EXPECT_EQ(AnnotateIr(options).graph.states().size(), 2U);
  options.states = ParseStates("none");
  EXPECT_EQ(AnnotateIr(options).graph.states().size(), 0U);
}

TEST(AnnotateIr, NamesWhatTheFileDoesNotHave) {
  ConvertOptions options = OptionsFor("explicit");
  options.states = ParseStates("previous_state_x=new_state_c");
  EXPECT_THAT(MessageOf([&] { AnnotateIr(options); }), HasSubstr("the file has no input 'previous_state_x'"));
  options.states = ParseStates("previous_state_c=new_state_x");
  EXPECT_THAT(MessageOf([&] { AnnotateIr(options); }), HasSubstr("the file has no output 'new_state_x'"));
}

}  // namespace
}  // namespace stepwell::converter
