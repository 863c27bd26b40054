#include "stepwell/apps/deepspeech/transcriber.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "stepwell/apps/deepspeech/audio_source.h"
#include "stepwell/apps/deepspeech/client_features.h"
#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/graph_features.h"
#include "stepwell/apps/deepspeech/transcript.h"
#include "stepwell/base/error.h"
#include "stepwell/converter/convert.h"
#include "stepwell/ir/roles.h"
#include "tests/support/ctc_recordings.h"
#include "tests/support/model_runner.h"

namespace stepwell::apps {
namespace {

using ::testing::HasSubstr;
using tests::RelativeDifference;

using Model = std::shared_ptr<const runtime::LoadedModel>;

Model Convert(const std::string& path, converter::ConvertOptions options = {}) {
  options.source.model = DeepSpeechModels() / path;
  return runtime::LoadedModel::Of(converter::Convert(options).graph);
}

const Model& Trained() {
  static const Model model = Convert("trained/output_graph.pb");
  return model;
}

std::vector<std::int16_t> ReadSound(const std::filesystem::path& path) {
  AudioSource source = AudioSource::Open(path, {});
  std::vector<std::int16_t> samples;
  for (auto piece = source.Read(); !piece.empty(); piece = source.Read()) {
    samples.insert(samples.end(), piece.begin(), piece.end());
  }
  return samples;
}

std::vector<std::int16_t> ReadRecordedSound(const std::string& recording) {
  const Tensor pcm = ReadNpy(DeepSpeechModels() / "recorded" / recording / "pcm_int16.npy");
  return {pcm.as<std::int16_t>().begin(), pcm.as<std::int16_t>().end()};
}

// Remembers the rows it is given, and reads no text.
class RowKeeper final : public CtcDecoder {
 public:
  void Push(std::span<const float> row) override { rows.emplace_back(row.begin(), row.end()); }
  Hypothesis Best() const override { return {}; }
  std::vector<Hypothesis> Finish(std::size_t /*most*/) const override { return {{}}; }
  void Reset() override { rows.clear(); }
  std::unique_ptr<CtcDecoder> Clone() const override {
    auto clone = std::make_unique<RowKeeper>(*this);
    latest = clone.get();
    return clone;
  }
  void Save(ByteWriter& /*writer*/) const override {}
  void Restore(ByteReader& /*reader*/) override {}

  std::vector<std::vector<float>> rows;
  mutable const RowKeeper* latest = nullptr;  // the last clone: that of the stream opened last
};

std::vector<std::vector<float>> RowsOf(const Model& model, std::span<const std::int16_t> samples, std::size_t piece) {
  const auto keeper = std::make_shared<RowKeeper>();
  const Transcriber transcriber(model, {.decoder = keeper});
  TranscriptionStream stream = transcriber.Open();
  for (std::size_t begin = 0; begin < samples.size(); begin += piece) {
    stream.Push(samples.subspan(begin, std::min(piece, samples.size() - begin)));
  }
  stream.Finish();
  return keeper->latest->rows;
}

std::string TextOfSound(const Transcriber& transcriber, std::span<const std::int16_t> samples) {
  TranscriptionStream stream = transcriber.Open();
  stream.Push(samples);
  stream.Finish();
  return stream.Text();
}

std::shared_ptr<const CtcDecoder> WithLanguageModel(const Alphabet& alphabet) {
  BeamSearchOptions options{.width = 64, .alpha = 0.75, .beta = 1.0};
  options.language_model = WordLanguageModel::Load(DeepSpeechModels() / "trained/lm3.arpa", alphabet);
  return std::make_shared<CtcBeamSearch>(alphabet.blank(), options);
}

TEST(Transcriber, ReadsTheRecordingsOfTheTrainedModel) {
  const Alphabet alphabet = SpeechModel(Trained()).alphabet();
  const Transcriber greedy(Trained());
  const Transcriber beam(Trained(), {.decoder = WithLanguageModel(alphabet)});
  for (const auto& recording : ReadJson(DeepSpeechModels() / "trained/expected.json")) {
    const auto file = recording["file"].get<std::string>();
    const auto samples = ReadSound(DeepSpeechModels() / "trained" / file);
    EXPECT_EQ(TextOfSound(greedy, samples), recording["greedy"].get<std::string>()) << file;
    EXPECT_EQ(TextOfSound(beam, samples), recording["lm"].get<std::string>()) << file;
  }
}

TEST(Transcriber, TakesTheAlphabetOfTheModelOrAnother) {
  const Alphabet own = SpeechModel(Trained()).alphabet();
  const Alphabet file = Alphabet::Load(DeepSpeechModels() / "trained/alphabet.txt");
  ASSERT_EQ(own.size(), file.size());
  for (std::int32_t i = 0; i < own.size(); ++i) EXPECT_EQ(own.label(i), file.label(i));
  EXPECT_EQ(SpeechModel(Convert("0.3.0-64/output_graph.pb")).alphabet().size(), Alphabet::English().size());
  EXPECT_THROW(Transcriber(Trained(), {.alphabet = Alphabet::Parse("a\nb\n", "short.txt")}), Error);
}

class RecordedStream : public ::testing::TestWithParam<const char*> {
 protected:
  std::string Name() const { return std::string("stream-0.9.3-64-") + GetParam(); }
  Model Load() const {
    const bool peaky = std::string(GetParam()).starts_with("peaky");
    return Convert(peaky ? "0.9.3-64-peaky/output_graph.pb" : "0.9.3-64/output_graph.pb");
  }
  Tensor Array(const std::string& name) const {
    return ReadNpy(DeepSpeechModels() / "recorded" / Name() / (name + ".npy"));
  }
};

TEST_P(RecordedStream, HasTensorFlowsFeatures) {
  GraphFeatures features{SpeechModel(Load())};
  std::vector<float> frames;
  const auto keep = [&](std::span<const float> frame) { frames.insert(frames.end(), frame.begin(), frame.end()); };
  features.Push(ReadRecordedSound(Name()), keep);
  features.Flush(keep);
  EXPECT_LE(RelativeDifference(frames, Array("mfccs").as<float>()), 1e-4F) << Name();
}

TEST_P(RecordedStream, EndsInTensorFlowsStates) {
  const Transcriber transcriber(Load());
  TranscriptionStream stream = transcriber.Open();
  stream.Push(ReadRecordedSound(Name()));
  stream.Finish();
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string& name = stream.stream().layout().slots()[i].name;
    const Tensor expected = Array(std::string("final_state_") + name.back());
    EXPECT_LE(RelativeDifference(stream.stream().state().Current(i).as<float>(), expected.as<float>()), 1e-5F) << name;
  }
}

// Not for "peaky-synthetic": its last layer, 60 times as steep, makes 5e-5 of what rounding leaves in its features.
class StreamOfProbabilities : public RecordedStream {};

TEST_P(StreamOfProbabilities, HasTensorFlowsHoweverTheSoundIsCut) {
  const std::vector<std::int16_t> samples = ReadRecordedSound(Name());
  const Tensor expected = Array("probs");
  for (const std::size_t piece : {samples.size(), std::size_t{777}}) {
    std::vector<float> probabilities;
    for (const auto& row : RowsOf(Load(), samples, piece)) {
      for (const float value : row) probabilities.push_back(std::exp(value));
    }
    EXPECT_LE(RelativeDifference(probabilities, expected.as<float>()), 1e-5F) << Name();
  }
}

std::string TestNameOf(const ::testing::TestParamInfo<const char*>& test) {
  std::string name = test.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, RecordedStream,
                         ::testing::Values("arctic", "synthetic", "peaky-arctic", "peaky-synthetic"), TestNameOf);
INSTANTIATE_TEST_SUITE_P(Of, StreamOfProbabilities, ::testing::Values("arctic", "synthetic", "peaky-arctic"),
                         TestNameOf);

TEST(Transcriber, ReadsWhatTheOriginalClientReads) {
  for (const char* recording : {"stream-0.9.3-64-peaky-arctic", "stream-0.9.3-64-peaky-synthetic"}) {
    const Model model = Convert("0.9.3-64-peaky/output_graph.pbmm");
    const auto decoder = std::make_shared<CtcBeamSearch>(28, BeamSearchOptions{.width = 500});
    const Transcriber transcriber(model, {.decoder = decoder});
    const std::string expected = ReadSmallFile(DeepSpeechModels() / "recorded" / recording / "libdeepspeech_text.txt");
    EXPECT_EQ(TextOfSound(transcriber, ReadRecordedSound(recording)), std::string(Trim(expected))) << recording;
  }
}

TEST(Transcriber, RunsModelsConvertedByThePublishedCommand) {
  converter::ConvertOptions options;
  options.inputs = converter::ParseInputs("input_node,previous_state_h/read,previous_state_c/read");
  options.input_shapes = converter::ParseInputShapes("[1,16,19,26],[1,64],[1,64]");
  options.freezes = converter::ParseFreezes("input_lengths->[16]");
  options.outputs = converter::ParseOutputs("raw_logits,lstm_fused_cell/GatherNd,lstm_fused_cell/GatherNd_1");
  const auto samples = ReadRecordedSound("stream-0.9.3-64-arctic");
  const auto expected = RowsOf(Convert("0.3.0-64/output_graph.pb"), samples, samples.size());
  const auto rows = RowsOf(Convert("0.3.0-64/output_graph.pb", options), samples, samples.size());
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_LE(RelativeDifference(rows[i], expected[i]), 1e-6F) << std::to_string(i);
}

// Calls of 16 windows put together by hand from the frames of the client, with the state carried by hand.
std::vector<std::vector<float>> RowsByHand(const Model& model, std::span<const std::int16_t> samples) {
  constexpr std::size_t kFrame = 26;
  constexpr std::size_t kContext = 9;
  std::vector<float> frames(kContext * kFrame);
  const auto keep = [&](std::span<const float> frame) { frames.insert(frames.end(), frame.begin(), frame.end()); };
  ClientFeatures features;
  features.Push(samples, keep);
  features.Flush(keep);
  const std::size_t windows = frames.size() / kFrame - kContext;
  frames.resize(frames.size() + (kContext + 16) * kFrame);

  const ir::Graph& graph = model->graph();
  const auto plan = model->PlanFor(model->DefaultRequest());
  std::map<std::string, Tensor> states;
  for (const ir::StateVar& state : graph.states()) states.emplace(state.input, Tensor({DType::kF32, {1, 64}}));
  runtime::Session session(plan);
  std::vector<std::vector<float>> rows;
  for (std::size_t begin = 0; begin < windows; begin += 16) {
    const std::size_t length = std::min<std::size_t>(16, windows - begin);
    Tensor batch({DType::kF32, {1, 16, 19, 26}});
    for (std::size_t i = 0; i < length; ++i) {
      std::copy_n(frames.begin() + static_cast<std::ptrdiff_t>((begin + i) * kFrame), 19 * kFrame,
                  batch.as<float>().begin() + static_cast<std::ptrdiff_t>(i * 19 * kFrame));
    }
    const auto length_value = static_cast<std::int32_t>(length);
    const Tensor lengths = Tensor::Of<std::int32_t>({1}, std::span(&length_value, 1));
    std::vector<ConstTensorView> inputs;
    for (const auto& port : plan->inputs()) {
      const bool is_state = states.contains(port.name);
      inputs.push_back(is_state                                    ? std::as_const(states.at(port.name)).view()
                       : port.name == graph.roles().at("features") ? std::as_const(batch).view()
                                                                   : lengths.view());
    }
    std::map<std::string, Tensor> results;
    std::vector<TensorView> outputs;
    for (const auto& port : plan->outputs()) {
      outputs.push_back(results.emplace(port.name, Tensor(port.type)).first->second.view());
    }
    session.Run(inputs, outputs);
    for (const ir::StateVar& state : graph.states()) states[state.input] = results.at(state.output).Clone();
    const auto logits = std::as_const(results.at(graph.roles().at("logits"))).as<float>();
    for (std::size_t i = 0; i < length; ++i) {
      rows.emplace_back(29);
      ToLogProbabilities(RowKind::kLogits, logits.subspan(i * 29, 29), rows.back());
    }
  }
  return rows;
}

TEST(Transcriber, GivesModelsWithoutFrontEndTheFeaturesOfTheirClient) {
  const Model model = Convert("0.3.0-64/output_graph.pb");
  const auto samples = ReadRecordedSound("stream-0.9.3-64-arctic");
  const auto rows = RowsOf(model, samples, 777);
  EXPECT_EQ(rows, RowsByHand(model, samples));
  EXPECT_GT(rows.size(), 100U);
}

TEST(Transcriber, RefusesModelsThatCannotTranscribe) {
  converter::ConvertOptions options;
  options.outputs = converter::ParseOutputs("mfccs");
  try {
    Transcriber{Convert("0.8.2-64/output_graph.pb", options)};
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no input of role 'features'"));
  }
  options = {};
  options.inputs = converter::ParseInputs("input_lengths->[16],input_node,previous_state_h,previous_state_c");
  options.outputs = converter::ParseOutputs("logits,new_state_c,new_state_h");
  try {
    Transcriber{Convert("0.8.2-64/output_graph.pb", options)};
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not hold the part that turns samples into its 26 features"));
  }
  EXPECT_THROW(
      Transcriber{Convert("0.8.2-64-b3/output_graph.pb", {.shapes = converter::ConvertOptions::Shapes::kStatic})},
      Error);
}

}  // namespace
}  // namespace stepwell::apps
