// lm_1b's graph, as TensorFlow stored it and as OpenVINO's mo wrote it, run word by word with the state carried by us,
// beside what TensorFlow gave: within 1e-5 of the largest magnitude.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/roles.h"
#include "tests/support/model_runner.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kLm1b = STEPWELL_SOURCE_DIR "/models/lm_1b";
constexpr float kTolerance = 1e-5F;

// The words' bytes [50] as mo's input wants them: the distinct ones in order of first occurrence, and for each byte its
// place among these, both as floats.
std::pair<Tensor, Tensor> UniqueOf(std::span<const std::int32_t> bytes) {
  std::vector<std::int32_t> distinct;
  std::pair<Tensor, Tensor> unique{Tensor({DType::kF32, {50}}), Tensor({DType::kF32, {50}})};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto place = std::find(distinct.begin(), distinct.end(), bytes[i]);
    if (place == distinct.end()) place = distinct.insert(place, bytes[i]);
    unique.second.as<float>()[i] = static_cast<float>(place - distinct.begin());
  }
  std::copy(distinct.begin(), distinct.end(), unique.first.as<float>().begin());
  return unique;
}

// Row `step` of a recorded tensor [steps, ...], as one row.
Tensor Row(const Tensor& recorded, std::size_t step) {
  const auto all = recorded.as<float>();
  const std::size_t width = all.size() / AsSize(recorded.type().shape[0]);
  return Tensor::Of<float>({1, static_cast<Dim>(width)}, all.subspan(step * width, width));
}

std::string NameOf(const ::testing::TestParamInfo<runtime::Fusion>& fusion) {
  return fusion.param == runtime::Fusion::kOn ? "On" : "Off";
}

class Lm1bOfOpenVino : public ::testing::TestWithParam<runtime::Fusion> {};

TEST_P(Lm1bOfOpenVino, GivesTensorFlowsResultsWordByWord) {
  const auto folder = kLm1b / "tiny" / "recorded" / "s0";
  const Tensor bytes = ReadNpy(folder / "char_inputs.npy");
  const Tensor softmax = ReadNpy(folder / "softmax.npy");
  const std::array expected = {ReadNpy(folder / "state0.npy"), ReadNpy(folder / "state1.npy")};
  const ModelRunner runner(runtime::LoadedModel::Load(kLm1b / "openvino_ir" / "graph-2016-09-10.xml"),
                           {.fusion = GetParam()});
  std::array<Tensor, 2> states = {Tensor(Row(expected[0], 0).type()), Tensor(Row(expected[0], 0).type())};
  const std::string unique_name = "char_embedding/EmbeddingLookupUnique/Unique/placeholder_out_port_";
  for (std::size_t step = 0; step < AsSize(softmax.type().shape[0]); ++step) {
    auto unique = UniqueOf(bytes.as<std::int32_t>().subspan(step * 50, 50));
    Tensors inputs;
    inputs.emplace(unique_name + "0", std::move(unique.first));
    inputs.emplace(unique_name + "1", std::move(unique.second));
    inputs.emplace("Variable/read/placeholder_port_0", std::move(states[0]));
    inputs.emplace("Variable_1/read/placeholder_port_0", std::move(states[1]));
    EXPECT_EQ(CountSteps(*runner.PlanFor(inputs), "FusedLstm"), GetParam() == runtime::Fusion::kOn ? 2 : 0);
    const Tensors outputs = runner.Run(inputs);
    states = {FindOutput(runner, outputs, "lstm/lstm_0/concat_2").Clone(),
              FindOutput(runner, outputs, "lstm/lstm_1/concat_2").Clone()};
    EXPECT_LT(RelativeDifference(FindOutput(runner, outputs, "Softmax"), Row(softmax, step)), kTolerance);
    EXPECT_LT(RelativeDifference(states[0], Row(expected[0], step)), kTolerance);
    EXPECT_LT(RelativeDifference(states[1], Row(expected[1], step)), kTolerance);
  }
}

INSTANTIATE_TEST_SUITE_P(Fusion, Lm1bOfOpenVino, ::testing::Values(runtime::Fusion::kOn, runtime::Fusion::kOff),
                         NameOf);

struct RecordedModel {
  std::string model;     // folder below models/lm_1b
  std::string recorded;  // folder below models/lm_1b
  runtime::Fusion fusion = runtime::Fusion::kOn;
};

// The recorded columns of the softmax in one step: all of them, or the largest and their places.
struct RecordedSoftmax {
  explicit RecordedSoftmax(const std::filesystem::path& folder)
      : is_whole(std::filesystem::exists(folder / "softmax.npy")),
        values(ReadNpy(folder / (is_whole ? "softmax.npy" : "softmax_topk.npy"))) {
    if (!is_whole) places = ReadNpy(folder / "softmax_topk_ids.npy");
  }

  Tensor OfStep(std::size_t step) const { return Row(values, step); }
  // The same columns of what was computed.
  Tensor Chosen(const Tensor& softmax, std::size_t step) const {
    if (is_whole) return softmax.Clone();
    const auto width = AsSize(places.type().shape[1]);
    const auto chosen = places.as<std::int32_t>().subspan(step * width, width);
    Tensor values_there({DType::kF32, {1, static_cast<Dim>(width)}});
    std::transform(chosen.begin(), chosen.end(), values_there.as<float>().begin(),
                   [&](std::int32_t place) { return softmax.as<float>()[AsSize(place)]; });
    return values_there;
  }

  bool is_whole;
  Tensor values;
  Tensor places;
};

class RecordedLm1b : public ::testing::TestWithParam<RecordedModel> {
 protected:
  RecordedLm1b() : runner_(Load(), {.fusion = GetParam().fusion}), graph_(runner_.model().graph()) { Reset(); }

  static std::shared_ptr<const runtime::LoadedModel> Load() {
    converter::ConvertOptions options;
    options.source.model = kLm1b / GetParam().model / "graph.pbtxt";
    options.source.checkpoint = kLm1b / GetParam().model / "ckpt";
    return runtime::LoadedModel::Of(converter::Convert(options).graph);
  }
  void Reset() {
    for (const ir::StateVar& state : graph_.states()) {
      states_.insert_or_assign(state.input,
                               Tensor({DType::kF32, graph_.inputs()[*graph_.FindInput(state.input)].default_shape}));
    }
  }
  // All outputs for one word of at most 50 bytes; the next states are kept.
  Tensors Step(std::span<const std::int32_t> bytes) {
    Tensors inputs = std::move(states_);
    const std::string& characters = graph_.roles().at(std::string(ir::kRoleCharacters));
    inputs.emplace(characters, Tensor::Of({1, 1, 50}, bytes));
    EXPECT_EQ(CountSteps(*runner_.PlanFor(inputs), "FusedLstm"), GetParam().fusion == runtime::Fusion::kOn ? 2 : 0);
    Tensors outputs = runner_.Run(inputs);
    for (const ir::StateVar& state : graph_.states())
      states_.insert_or_assign(state.input, outputs.at(state.output).Clone());
    return outputs;
  }

  ModelRunner runner_;
  const ir::Graph& graph_;
  Tensors states_;
};

TEST_P(RecordedLm1b, GivesTensorFlowsResultsWordByWord) {
  ASSERT_EQ(graph_.states().size(), 2U);
  int sentence = 0;
  for (;; ++sentence) {
    const auto folder = kLm1b / GetParam().recorded / "recorded" / (fmt::format("s{}", sentence));
    if (!std::filesystem::exists(folder)) break;
    if (nlohmann::json::parse(std::ifstream(folder / "meta.json")).at("mode") == "reset") Reset();
    const Tensor bytes = ReadNpy(folder / "char_inputs.npy");
    const RecordedSoftmax softmax(folder);
    const std::array expected = {ReadNpy(folder / "state0.npy"), ReadNpy(folder / "state1.npy")};
    for (std::size_t word = 0; word < AsSize(bytes.type().shape[0]); ++word) {
      const Tensors outputs = Step(bytes.as<std::int32_t>().subspan(word * 50, 50));
      const Tensor& probabilities = outputs.at(graph_.roles().at(std::string(ir::kRoleWordProbabilities)));
      EXPECT_LT(RelativeDifference(softmax.Chosen(probabilities, word), softmax.OfStep(word)), kTolerance);
      for (std::size_t layer = 0; layer < 2; ++layer) {
        const Tensor& state = states_.at(graph_.states()[layer].input);
        EXPECT_LT(RelativeDifference(state, Row(expected[layer], word)), kTolerance);
      }
    }
  }
  EXPECT_GE(sentence, 2);
}

INSTANTIATE_TEST_SUITE_P(Models, RecordedLm1b,
                         ::testing::Values(RecordedModel{"tiny", "tiny"}, RecordedModel{"tiny_b", "tiny"},
                                           RecordedModel{"tiny", "tiny", runtime::Fusion::kOff},
                                           RecordedModel{"kjv", "kjv"}),
                         [](const auto& param) {
                           const bool is_on = param.param.fusion == runtime::Fusion::kOn;
                           return param.param.model + (is_on ? "_fused" : "_unfused");
                         });

}  // namespace
}  // namespace stepwell::tests
