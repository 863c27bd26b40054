// DeepSpeech graphs as TensorFlow stored them, converted and run with the state carried by us, beside what TensorFlow
// gave: logits and states of every call within 1e-5 of the largest magnitude.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/ir_file.h"
#include "tests/support/model_runner.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kDeepSpeech = STEPWELL_SOURCE_DIR "/models/deepspeech";
constexpr float kTolerance = 1e-5F;

struct RecordedCase {
  std::string model;     // file or checkpoint below models/deepspeech
  std::string recorded;  // folder below models/deepspeech/recorded
  runtime::PlanOptions options = {};
  enum class Through : std::uint8_t { kMemory, kFile } through = Through::kMemory;
};

std::vector<RecordedCase> Cases() {
  using runtime::Fusion;
  return {{"0.3.0-64/output_graph.pb", "0.3.0-64"},
          {"0.3.0-64/output_graph.pbmm", "0.3.0-64"},
          {"0.3.0-64-b3/output_graph.pb", "0.3.0-64-b3"},
          {"0.3.0-64/output_graph.pb", "0.3.0-64-b3"},
          {"0.3.0-64/output_graph.pb", "0.3.0-64-b3", {}, RecordedCase::Through::kFile},
          {"0.8.2-64/output_graph.pb", "0.8.2-64"},
          {"0.8.2-64/output_graph.pb", "0.8.2-64-lengths", {}, RecordedCase::Through::kFile},
          {"0.8.2-64/output_graph.pb", "0.8.2-64", {.fusion = Fusion::kOff}},
          {"0.8.2-64/output_graph.pb", "0.8.2-64", {.fusion = Fusion::kOff, .kernels = ops::KernelSet::kReference}},
          {"0.8.2-64/output_graph.pbmm", "0.8.2-64-lengths"},
          {"0.8.2-64-b3/output_graph.pb", "0.8.2-64-b3"},
          {"0.8.2-64/output_graph.pb", "0.8.2-64-b3"},
          {"0.8.2-64/output_graph.pb", "0.8.2-64-b3", {.fusion = Fusion::kOff}},
          {"0.8.2-64/checkpoint_cpu", "0.8.2-64"},
          {"0.8.2-64/checkpoint_cudnn", "0.8.2-64-lengths"},
          {"0.9.3-64/output_graph.pb", "0.9.3-64"}};
}

ir::Graph Converted(const std::filesystem::path& source) {
  converter::ConvertOptions options;
  options.source.model = source;
  return converter::Convert(options).graph;
}

class RecordedDeepSpeech : public ::testing::TestWithParam<RecordedCase> {
 protected:
  Tensor Read(int call, const std::string& name) const { return ReadNpy(Folder(call) / (name + ".npy")); }
  std::shared_ptr<const runtime::LoadedModel> Load() const {
    ir::Graph graph = Converted(kDeepSpeech / GetParam().model);
    if (GetParam().through == RecordedCase::Through::kMemory) return runtime::LoadedModel::Of(std::move(graph));
    return runtime::LoadedModel::Load(ir::WriteIr(graph, folder_.path() / "model.xml").xml);
  }
  std::filesystem::path Folder(int call) const {
    return kDeepSpeech / "recorded" / GetParam().recorded / ("chunk" + std::to_string(call));
  }

 private:
  testing::TempFolder folder_;
};

// "previous_state_c" and "previous_state_h" are recorded as "new_state_c" and "new_state_h" when the call is over.
std::string RecordedAs(const std::string& state) { return "new" + state.substr(state.find("_state_")); }

TEST_P(RecordedDeepSpeech, GivesTensorFlowsResultsOverAllCalls) {
  const ModelRunner runner(Load(), GetParam().options);
  const ir::Graph& graph = runner.model().graph();
  ASSERT_EQ(graph.states().size(), 2U);
  Tensors states;
  for (const ir::StateVar& state : graph.states()) states.emplace(state.name, Read(0, state.name));
  int call = 0;
  for (; std::filesystem::exists(Folder(call)); ++call) {
    Tensors inputs;
    inputs.emplace(graph.roles().at("features"), Read(call, "input_node"));
    inputs.emplace(graph.roles().at("lengths"), Read(call, "input_lengths"));
    for (const ir::StateVar& state : graph.states()) inputs.emplace(state.input, std::move(states.at(state.name)));
    EXPECT_EQ(CountSteps(*runner.PlanFor(inputs), "FusedLstm"),
              GetParam().options.fusion == runtime::Fusion::kOn ? 1 : 0);
    const Tensors outputs = runner.Run(inputs);
    EXPECT_LT(RelativeDifference(outputs.at(graph.roles().at("logits")), Read(call, "logits")), kTolerance);
    for (const ir::StateVar& state : graph.states()) {
      states.at(state.name) = outputs.at(state.output).Clone();
      EXPECT_LT(RelativeDifference(states.at(state.name), Read(call, RecordedAs(state.name))), kTolerance);
    }
  }
  EXPECT_GE(call, 3);
}

std::string NameOf(const ::testing::TestParamInfo<RecordedCase>& param) {
  std::string name = param.param.model + "_on_" + param.param.recorded;
  if (param.param.options.fusion == runtime::Fusion::kOff) name += "_unfused";
  if (param.param.through == RecordedCase::Through::kFile) name += "_through_a_file";
  if (param.param.options.kernels == ops::KernelSet::kReference) name += "_reference";
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, RecordedDeepSpeech, ::testing::ValuesIn(Cases()), NameOf);

TEST(RecordedFeatures, AreTensorFlows) {
  const auto folder = kDeepSpeech / "recorded" / "features-0.8.2";
  const Tensor frames = ReadNpy(folder / "frames.npy");
  const Tensor expected = ReadNpy(folder / "mfccs.npy");
  const ModelRunner runner(runtime::LoadedModel::Of(Converted(kDeepSpeech / "0.8.2-64" / "output_graph.pb")));
  const auto& roles = runner.model().graph().roles();
  Tensor actual(expected.type());
  const auto windows = AsSize(frames.type().shape[0]);
  const auto coefficients = AsSize(expected.type().shape[1]);
  for (std::size_t window = 0; window < windows; ++window) {
    Tensors inputs;
    inputs.emplace(roles.at("samples"), Tensor::Of<float>({512}, frames.as<float>().subspan(window * 512, 512)));
    const Tensors outputs = runner.Run(inputs);
    ASSERT_EQ(outputs.size(), 1U) << "samples suffice for the coefficients alone";
    const auto row = outputs.at(roles.at("coefficients")).as<float>();
    std::copy(row.begin(), row.end(), actual.as<float>().subspan(window * coefficients).begin());
  }
  EXPECT_LT(RelativeDifference(actual, expected), 1e-4F);
}

}  // namespace
}  // namespace stepwell::tests
