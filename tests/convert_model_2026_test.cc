// What OpenVINO 2026 makes of DeepSpeech (models/make/convert_model_ir_2026.py), run by us, beside what OpenVINO gave:
// FP16 weights, and states as inputs and outputs or as variables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "stepwell/ir/initial_value.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ops/registry.h"
#include "tests/support/message_of.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kDeepSpeech = STEPWELL_SOURCE_DIR "/models/deepspeech";
constexpr float kTolerance = 1e-5F;
const std::string kName = "convert_model2026.4-0.8.2-";

class DeepSpeechOf2026 : public testing::TestWithParam<const char*> {
 protected:
  static std::filesystem::path Xml(const std::string& form) {
    return kDeepSpeech / "openvino_ir" / (kName + form) / "output_graph.xml";
  }
};

// What a call takes, carried from call to call.
Tensors InitialStates(const ir::Graph& graph) {
  Tensors states;
  for (const ir::StateVar& state : graph.states()) {
    const TensorType& type = graph.value(graph.inputs()[*graph.FindInput(state.input)].value).type;
    states.emplace(state.input, ir::InitialValue(state, type));
  }
  for (const char* name : {"previous_state_c:0", "previous_state_h:0"}) {
    if (graph.FindInput(name)) states.emplace(name, Tensor({DType::kF32, {1, 64}}));
  }
  return states;
}

Tensors NextStates(const ModelRunner& runner, const Tensors& outputs) {
  const ir::Graph& graph = runner.model().graph();
  Tensors states;
  for (const ir::StateVar& state : graph.states()) states.emplace(state.input, outputs.at(state.output).Clone());
  for (const std::string part : {"c", "h"}) {
    if (!graph.FindInput("previous_state_" + part)) continue;
    states.emplace("previous_state_" + part + ":0", FindOutput(runner, outputs, "new_state_" + part).Clone());
  }
  return states;
}

TEST_P(DeepSpeechOf2026, GivesOpenVinosResultsOverAllCallsWithOneFusedLstm) {
  const ModelRunner runner(runtime::LoadedModel::Load(Xml(GetParam())));
  Tensors states = InitialStates(runner.model().graph());
  for (const char* chunk : {"chunk0", "chunk1", "chunk2", "chunk4"}) {
    Tensors inputs = std::move(states);
    for (const std::string name : {"input_node", "input_lengths"}) {
      inputs.emplace(name + ":0", ReadNpy(kDeepSpeech / "recorded/0.8.2-64-lengths" / chunk / (name + ".npy")));
    }
    EXPECT_EQ(CountSteps(*runner.PlanFor(inputs), "FusedLstm"), 1);
    EXPECT_EQ(CountSteps(*runner.PlanFor(inputs), "Loop"), 0);
    const Tensors outputs = runner.Run(inputs);
    for (const auto& entry :
         std::filesystem::directory_iterator(kDeepSpeech / "recorded" / (kName + GetParam()) / chunk)) {
      const Tensor& actual = FindOutput(runner, outputs, entry.path().stem());
      EXPECT_LT(RelativeDifference(actual, ReadNpy(entry.path())), kTolerance) << entry.path();
    }
    states = NextStates(runner, outputs);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, DeepSpeechOf2026, testing::Values("explicit", "makestateful", "lowlatency"),
                         [](const auto& form) { return std::string(form.param); });

TEST_F(DeepSpeechOf2026, StartsVariablesFromWhatTheFirstCallComputes) {
  const ir::Graph graph = ir::ReadIr(Xml("lowlatency"), ops::MakeOp);
  ASSERT_EQ(graph.states().size(), 3U);
  const ir::StateVar* first = graph.FindStateOfInput("is_first_call");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->initial->UniformValue(), 1.0);
  EXPECT_EQ(ir::ReadIr(Xml("makestateful"), ops::MakeOp).states().size(), 2U);
}

TEST_F(DeepSpeechOf2026, CanBeLookedAtWithoutItsWeights) {
  const std::filesystem::path xml = testing::TempDir() + "/without_weights.xml";
  std::filesystem::copy_file(Xml("explicit"), xml, std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(MessageOf([&] { runtime::LoadedModel::Load(xml); }),
              testing::HasSubstr("without_weights.bin' is not there"));
  const ir::Graph whole = ir::ReadIr(Xml("explicit"), ops::MakeOp);
  const ir::Graph declared = ir::ReadIr(xml, ops::MakeOp, {.weights = ir::ReadIrOptions::Weights::kMayBeMissing});
  EXPECT_EQ(declared.nodes().size(), whole.nodes().size());
  ASSERT_EQ(declared.outputs().size(), whole.outputs().size());
  for (std::size_t i = 0; i < whole.outputs().size(); ++i) {
    EXPECT_EQ(declared.value(declared.outputs()[i].value).type, whole.value(whole.outputs()[i].value).type);
  }
}

}  // namespace
}  // namespace stepwell::tests
