// Files that OpenVINO's mo wrote, run by us, beside what TensorFlow gave for the same graphs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

#include "tests/support/message_of.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kDeepSpeech = STEPWELL_SOURCE_DIR "/models/deepspeech";
constexpr float kTolerance = 1e-5F;

// [1, 16, 19, 26] as mo 2021.4 wants it unless told otherwise: [1, 26, 16, 19].
Tensor ChannelsFirst(const Tensor& features) {
  const Shape& shape = features.type().shape;
  Tensor turned({DType::kF32, {shape[0], shape[3], shape[1], shape[2]}});
  const auto channels = AsSize(shape[3]);
  const auto places = features.as<float>().size() / channels;
  for (std::size_t place = 0; place < places; ++place) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      turned.as<float>()[channel * places + place] = features.as<float>()[place * channels + channel];
    }
  }
  return turned;
}

struct DeepSpeechFile {
  std::string folder;
  std::string recorded;
  std::string logits;     // the output's name
  std::string lstm;       // scope of the state outputs
  std::string state_end;  // of the names of the state inputs
  enum class Channels : std::uint8_t { kLast, kFirst } channels = Channels::kLast;
};

const std::string kCell = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell";

std::vector<DeepSpeechFile> DeepSpeechFiles() {
  return {{"mo2021.4-0.3.0", "0.3.0-64", "raw_logits", "lstm_fused_cell", "/read"},
          {"mo2021.4-0.8.2", "0.8.2-64", "logits", kCell, "", DeepSpeechFile::Channels::kFirst},
          {"mo2024.6-0.3.0", "0.3.0-64", "raw_logits", "lstm_fused_cell", "/read"},
          {"mo2024.6-0.8.2", "0.8.2-64", "logits", kCell, ""},
          {"convert_model2024.6-0.8.2", "0.8.2-64-lengths", "logits", kCell, ""}};
}

class DeepSpeechOfOpenVino : public testing::TestWithParam<std::tuple<std::size_t, runtime::Fusion>> {
 protected:
  DeepSpeechFile file() const { return DeepSpeechFiles()[std::get<0>(GetParam())]; }
  ModelRunner Load() const {
    const auto xml = kDeepSpeech / "openvino_ir" / file().folder / "output_graph.xml";
    return ModelRunner(runtime::LoadedModel::Load(xml), {.fusion = std::get<1>(GetParam())});
  }
  // The loop is one step, and so is each of the five layers, if fusion is on.
  void ExpectFused(const runtime::Plan& plan) const {
    const bool is_on = std::get<1>(GetParam()) == runtime::Fusion::kOn;
    EXPECT_EQ(CountSteps(plan, "FusedLstm"), is_on ? 1 : 0);
    EXPECT_EQ(CountSteps(plan, "FullyConnected"), is_on ? 5 : 0);
    EXPECT_EQ(CountSteps(plan, "ReLU"), is_on ? 0 : 4);
  }
};

TEST_P(DeepSpeechOfOpenVino, GivesTensorFlowsResultsOverAllCalls) {
  const ModelRunner runner = Load();
  Tensor c;
  Tensor h;
  int chunk = 0;
  for (;; ++chunk) {
    const auto folder = kDeepSpeech / "recorded" / file().recorded / ("chunk" + std::to_string(chunk));
    if (!std::filesystem::exists(folder)) break;
    const auto read = [&](const char* name) { return ReadNpy(folder / (std::string(name) + ".npy")); };
    Tensor features = read("input_node");
    if (file().channels == DeepSpeechFile::Channels::kFirst) features = ChannelsFirst(features);
    if (chunk == 0) {
      c = read("previous_state_c");
      h = read("previous_state_h");
    }
    Tensors inputs;
    if (runner.model().graph().FindInput("input_lengths")) inputs.emplace("input_lengths", read("input_lengths"));
    inputs.emplace("input_node", std::move(features));
    inputs.emplace("previous_state_c" + file().state_end, std::move(c));
    inputs.emplace("previous_state_h" + file().state_end, std::move(h));
    ExpectFused(*runner.PlanFor(inputs));
    const Tensors outputs = runner.Run(inputs);
    c = FindOutput(runner, outputs, file().lstm + "/GatherNd").Clone();
    h = FindOutput(runner, outputs, file().lstm + "/GatherNd_1").Clone();
    EXPECT_LT(RelativeDifference(FindOutput(runner, outputs, file().logits), read("logits")), kTolerance);
    EXPECT_LT(RelativeDifference(c, read("new_state_c")), kTolerance);
    EXPECT_LT(RelativeDifference(h, read("new_state_h")), kTolerance);
  }
  EXPECT_GE(chunk, 3);
}

std::string NameOf(const testing::TestParamInfo<std::tuple<std::size_t, runtime::Fusion>>& info) {
  std::string name = DeepSpeechFiles()[std::get<0>(info.param)].folder;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name + (std::get<1>(info.param) == runtime::Fusion::kOn ? "_fused" : "_unfused");
}

INSTANTIATE_TEST_SUITE_P(Files, DeepSpeechOfOpenVino,
                         testing::Combine(testing::Range<std::size_t>(0, 4),
                                          testing::Values(runtime::Fusion::kOn, runtime::Fusion::kOff)),
                         NameOf);

// Its loop runs as often as the longest row is long: the shapes behind it are known only when it is recognised.
INSTANTIATE_TEST_SUITE_P(FilesWithLengths, DeepSpeechOfOpenVino,
                         testing::Combine(testing::Values<std::size_t>(4), testing::Values(runtime::Fusion::kOn)),
                         NameOf);

TEST(DeepSpeechOfOpenVinoUnfused, SaysWhichShapeDependsOnData) {
  const auto model = runtime::LoadedModel::Load(kDeepSpeech / "openvino_ir/convert_model2024.6-0.8.2/output_graph.xml");
  runtime::PlanRequest request = model->DefaultRequest();
  request.options.fusion = runtime::Fusion::kOff;
  EXPECT_THAT(MessageOf([&] { model->PlanFor(request); }),
              testing::HasSubstr("the shape of node 'Loop_116' (Loop) depends on data: f32[?,1,64]"));
}

TEST(LoadedModel, LetsManyThreadsPlanAndRun) {
  const auto xml = kDeepSpeech / "openvino_ir/mo2024.6-0.8.2/output_graph.xml";
  const ModelRunner runner(runtime::LoadedModel::Load(xml));
  const auto folder = kDeepSpeech / "recorded/0.8.2-64/chunk0";
  const auto run = [&] {
    Tensors inputs;
    for (const char* name : {"input_node", "previous_state_c", "previous_state_h"}) {
      inputs.emplace(name, ReadNpy(folder / (std::string(name) + ".npy")));
    }
    return runner.Run(inputs);
  };
  std::array<Tensors, 4> results;
  {
    std::vector<std::jthread> threads;
    for (Tensors& result : results) threads.emplace_back([&] { result = run(); });
  }
  const Tensor expected = ReadNpy(folder / "logits.npy");
  for (const Tensors& result : results) {
    EXPECT_LT(RelativeDifference(FindOutput(runner, result, "logits"), expected), kTolerance);
  }
}

}  // namespace
}  // namespace stepwell::tests
