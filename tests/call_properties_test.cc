// What must hold of calls whatever their weights: frames may come in one call or in many, rows alone or together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/roles.h"
#include "tests/support/model_runner.h"
#include "tests/support/tensor_part.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";
constexpr float kTolerance = 1e-6F;

Tensor Random(const Shape& shape, std::uint32_t seed) {
  std::mt19937 random(seed);
  Tensor tensor({DType::kF32, shape});
  for (float& value : tensor.as<float>()) value = std::uniform_real_distribution<float>(-1, 1)(random);
  return tensor;
}

// DeepSpeech converted without flags, with its state carried from call to call.
class SpeechCalls {
 public:
  explicit SpeechCalls(Dim batch) : runner_(Model()), graph_(runner_.model().graph()) {
    for (const ir::StateVar& state : graph_.states()) {
      const TensorType& type = graph_.value(graph_.inputs()[*graph_.FindInput(state.input)].value).type;
      states_.emplace(state.input, Tensor({DType::kF32, {batch, type.shape[1]}}));
    }
  }

  // features [batch, frames, 19, 26] -> logits [frames, batch, 29].
  Tensor Call(const Tensor& features, std::vector<std::int32_t> lengths) {
    Tensors inputs = std::move(states_);
    inputs.emplace(graph_.roles().at("features"), features.Clone());
    inputs.emplace(graph_.roles().at("lengths"), Tensor::Of<std::int32_t>({static_cast<Dim>(lengths.size())}, lengths));
    Tensors outputs = runner_.Run(inputs);
    states_.clear();
    for (const ir::StateVar& state : graph_.states()) states_.emplace(state.input, outputs.at(state.output).Clone());
    return std::move(outputs.at(graph_.roles().at("logits")));
  }
  const Tensors& states() const { return states_; }

 private:
  static std::shared_ptr<const runtime::LoadedModel> Model() {
    converter::ConvertOptions options;
    options.source.model = kModels / "deepspeech/0.8.2-64/output_graph.pb";
    static const auto kModel = runtime::LoadedModel::Of(converter::Convert(options).graph);
    return kModel;
  }

  ModelRunner runner_;
  const ir::Graph& graph_;
  Tensors states_;
};

void ExpectSameStates(const SpeechCalls& actual, const SpeechCalls& expected) {
  for (const auto& [name, state] : expected.states()) {
    EXPECT_LT(RelativeDifference(actual.states().at(name), state), kTolerance) << name;
  }
}

TEST(SpeechModel, GivesTheSameHoweverTheFramesAreDividedIntoCalls) {
  constexpr Dim kFrames = 16;
  const Tensor features = Random({1, kFrames, 19, 26}, 1);
  SpeechCalls at_once(1);
  const Tensor expected = at_once.Call(features, {kFrames});
  for (const std::vector<Dim>& calls : {std::vector<Dim>(kFrames, 1), {7, 9}, {1, 15}, {5, 5, 6}}) {
    SpeechCalls divided(1);
    Dim first = 0;
    for (const Dim frames : calls) {
      const Tensor logits = divided.Call(Part<float>(features, 1, first, frames), {static_cast<std::int32_t>(frames)});
      EXPECT_LT(RelativeDifference(logits, Part<float>(expected, 0, first, frames)), kTolerance) << first;
      first += frames;
    }
    ExpectSameStates(divided, at_once);
  }
}

TEST(SpeechModel, GivesEveryRowOfABatchWhatItGivesTheRowAlone) {
  constexpr Dim kFrames = 9;
  const std::vector<std::int32_t> lengths = {9, 0, 4, 9, 1};
  const Dim batch = static_cast<Dim>(lengths.size());
  const Tensor features = Random({batch, kFrames, 19, 26}, 2);
  SpeechCalls together(batch);
  together.Call(features, lengths);
  const Tensor all = together.Call(features, lengths);
  for (Dim row = 0; row < batch; ++row) {
    SpeechCalls alone(1);
    const std::vector<std::int32_t> length = {lengths[AsSize(row)]};
    const Tensor own = Part<float>(features, 0, row, 1);
    alone.Call(own, length);
    EXPECT_LT(RelativeDifference(Part<float>(all, 1, row, 1), alone.Call(own, length)), kTolerance) << row;
    for (const auto& [name, state] : alone.states()) {
      EXPECT_LT(RelativeDifference(Part<float>(together.states().at(name), 0, row, 1), state), kTolerance) << row;
    }
  }
}

TEST(SpeechModel, KeepsNotANumberInItsOwnRow) {
  Tensor features = Random({2, 4, 19, 26}, 3);
  SpeechCalls clean(2);
  const Tensor expected = clean.Call(features, {4, 4});
  features.as<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  SpeechCalls spoilt(2);
  const Tensor logits = spoilt.Call(features, {4, 4});
  EXPECT_TRUE(std::isnan(logits.as<float>()[0]));
  EXPECT_EQ(RelativeDifference(Part<float>(logits, 1, 1, 1), Part<float>(expected, 1, 1, 1)), 0.0F);
}

TEST(WordModel, GivesEveryRowOfABatchWhatItGivesTheRowAlone) {
  converter::ConvertOptions options;
  options.source.model = kModels / "lm_1b/tiny/graph.pbtxt";
  options.source.checkpoint = kModels / "lm_1b/tiny/ckpt";
  const ModelRunner runner(runtime::LoadedModel::Of(converter::Convert(options).graph));
  const ir::Graph& graph = runner.model().graph();
  const Tensor words = ReadNpy(kModels / "lm_1b/tiny/recorded/s0/char_inputs.npy");
  constexpr Dim kBatch = 3;
  const auto inputs_of = [&](Dim first, Dim rows) {
    Tensors inputs;
    const Tensor bytes = Part<std::int32_t>(words, 0, first, rows);
    inputs.emplace(graph.roles().at(std::string(ir::kRoleCharacters)),
                   Tensor::Of<std::int32_t>({rows, 1, 50}, bytes.as<std::int32_t>()));
    for (const ir::StateVar& state : graph.states()) {
      const Tensor all = Random({kBatch, graph.inputs()[*graph.FindInput(state.input)].default_shape[1]}, 4);
      inputs.emplace(state.input, Part<float>(all, 0, first, rows));
    }
    return inputs;
  };
  const Tensors together = runner.Run(inputs_of(0, kBatch));
  for (Dim row = 0; row < kBatch; ++row) {
    for (const auto& [name, alone] : runner.Run(inputs_of(row, 1))) {
      EXPECT_LT(RelativeDifference(Part<float>(together.at(name), 0, row, 1), alone), kTolerance) << name;
    }
  }
}

}  // namespace
}  // namespace stepwell::tests
