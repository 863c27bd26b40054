#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "stepwell/converter/convert_test_support.h"
#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/transforms/transform_options.h"

namespace stepwell::converter {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(ParseTransforms, ReadsMosExamples) {
  EXPECT_TRUE(ParseTransforms("LowLatency2").low_latency.at(0).starts_at_zero);
  EXPECT_FALSE(ParseTransforms("LowLatency2[use_const_initializer=False]").low_latency.at(0).starts_at_zero);
  EXPECT_TRUE(ParseTransforms("Pruning").prunes);
  const TransformRequests both =
      ParseTransforms("MakeStateful[param_res_names= {'input_name_1':'output_name_1', \"in,2\":'out:2'}],LowLatency2");
  EXPECT_THAT(both.stateful, UnorderedElementsAre(Pair("input_name_1", "output_name_1"), Pair("in,2", "out:2")));
  EXPECT_EQ(both.low_latency.size(), 1U);
}

TEST(ParseTransforms, ListsWhatThereIs) {
  for (const char* text : {"LowLatency", "LowLatency2[x=1]", "LowLatency2[use_const_initializer=maybe]", "MakeStateful",
                           "MakeStateful[param_res_names={a:b}]", "MakeStateful[param_res_names={}]", "Pruning[1]"}) {
    EXPECT_THAT(MessageOf([&] { ParseTransforms(text); }),
                AllOf(HasSubstr("--transform: cannot read '"), HasSubstr("LowLatency2[use_const_initializer=")))
        << text;
  }
}

constexpr const char* kFrozenState =
    "input_node[1,16,19,26],input_lengths->[16],previous_state_c->0,previous_state_h->0";

ConvertOptions SpeechOptions(std::string_view inputs, std::string_view outputs, std::string_view transforms) {
  ConvertOptions options;
  options.source.model = ModelPath("deepspeech/0.8.2-64/output_graph.pb");
  options.inputs = ParseInputs(inputs);
  options.outputs = ParseOutputs(outputs);
  options.transforms = ParseTransforms(transforms);
  return options;
}

TEST(LowLatency2, MakesAStateOfEachBackEdge) {
  const ConvertResult result = Convert(SpeechOptions(kFrozenState, "logits", "LowLatency2"));
  ASSERT_EQ(result.graph.states().size(), 2U);
  EXPECT_EQ(result.graph.state_form(), ir::StateForm::kReadValue);
  EXPECT_EQ(result.graph.outputs()[0].name, "logits");
  for (const ir::StateVar& state : result.graph.states()) {
    EXPECT_THAT(state.evidence, HasSubstr("LowLatency2"));
    const ir::Input& input = result.graph.inputs()[*result.graph.FindInput(state.input)];
    EXPECT_EQ(ToText(result.graph.value(input.value).type), "f32[1,64]") << "the batch is that of the features";
  }
}

// Two calls of the converted model give what the model with states of its own gives.
TEST(LowLatency2, CarriesWhatTheModelsOwnStatesCarry) {
  const ir::Graph kept = Convert(SpeechOptions(kFrozenState, "logits", "LowLatency2")).graph;
  const ir::Graph own =
      Convert(SpeechOptions("input_node[1,16,19,26],input_lengths->[16],previous_state_c,previous_state_h",
                            "logits,new_state_c,new_state_h", ""))
          .graph;
  Caller kept_caller(kept);
  Caller own_caller(own);
  for (int call = 0; call < 2; ++call) {
    Tensor features({DType::kF32, {1, 16, 19, 26}});
    for (std::size_t i = 0; i < features.as<float>().size(); ++i) {
      features.as<float>()[i] = std::sin(static_cast<float>(i) * 0.01F + static_cast<float>(call));
    }
    kept_caller.Set("input_node", features.Clone());
    own_caller.Set("input_node", std::move(features));
    kept_caller.Run();
    own_caller.Run();
    ExpectClose(kept_caller.Get("logits"), own_caller.Get("logits"), "logits");
    for (const ir::StateVar& state : kept.states()) kept_caller.Set(state.input, kept_caller.Get(state.output).Clone());
    for (const ir::StateVar& state : own.states()) own_caller.Set(state.input, own_caller.Get(state.output).Clone());
  }
}

TEST(LowLatency2, LeavesLoopsThatStartWithAStateAlone) {
  ConvertOptions options = SpeechOptions("", "", "LowLatency2");
  const ConvertResult result = Convert(options);
  EXPECT_EQ(result.graph.states().size(), 2U);
  EXPECT_EQ(result.graph.states()[0].name, "previous_state_c");
}

TEST(MakeStateful, PairsWhatItNames) {
  const ConvertResult result = Convert(
      SpeechOptions("", "logits", "MakeStateful[param_res_names={'previous_state_c':'new_state_c/sink_port_0'}]"));
  EXPECT_THAT(StatePairs(result.graph), UnorderedElementsAre(Pair("previous_state_c", "new_state_c")));
  EXPECT_EQ(result.graph.state_form(), ir::StateForm::kReadValue);
}

TEST(MakeStateful, SaysWhichNameIsUnknown) {
  EXPECT_THAT(
      MessageOf([] {
        Convert(SpeechOptions("", "logits", "MakeStateful[param_res_names={'previous_state_c':'new_state_k'}]"));
      }),
      HasSubstr("no node 'new_state_k'; did you mean 'new_state_c'"));
}

}  // namespace
}  // namespace stepwell::converter
