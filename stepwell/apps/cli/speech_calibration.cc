#include "stepwell/apps/cli/speech_calibration.h"

#include <fmt/format.h>

#include "stepwell/apps/deepspeech/audio_source.h"
#include "stepwell/apps/deepspeech/ctc_beam_search.h"
#include "stepwell/apps/deepspeech/ctc_greedy.h"
#include "stepwell/apps/deepspeech/word_errors.h"
#include "stepwell/base/error.h"

namespace stepwell::cli {
namespace {

apps::AudioSource OpenAudio(const std::filesystem::path& audio, const apps::Transcriber& transcriber) {
  return apps::AudioSource::Open(audio.string(), {.rate_hz = transcriber.sample_rate_hz(), .raw = {}});
}

std::string TextOf(const std::filesystem::path& audio, const apps::Transcriber& transcriber) {
  apps::TranscriptionStream stream = transcriber.Open();
  apps::AudioSource source = OpenAudio(audio, transcriber);
  for (auto samples = source.Read(); !samples.empty(); samples = source.Read()) stream.Push(samples);
  stream.Finish();
  return stream.Text();
}

// The windows of a call and how many are real.
quantize::ModelCall CallOf(const apps::SpeechPart::Call& call, const apps::SpeechModel& model) {
  const apps::FeatureShape& shape = model.feature_shape();
  quantize::ModelCall inputs;
  inputs.push_back({model.features(), Tensor::Of<float>({1, shape.steps, 2 * shape.context + 1, shape.features},
                                                        std::span(call.windows))});
  if (model.lengths()) {
    const auto length = static_cast<std::int32_t>(call.length);
    inputs.push_back({*model.lengths(), Tensor::Of<std::int32_t>({1}, std::span(&length, 1))});
  }
  return inputs;
}

}  // namespace

SpeechCalibration::SpeechCalibration(Model model, const CalibrationFlags& flags)
    : model_(std::move(model)),
      flags_(flags),
      alphabet_(flags.alphabet.empty() ? apps::SpeechModel(model_).alphabet() : apps::Alphabet::Load(flags.alphabet)),
      recordings_(FindRecordings(flags.data)) {}

apps::Transcriber SpeechCalibration::MakeTranscriber(const Model& model,
                                                     const std::shared_ptr<const apps::CtcDecoder>& decoder) const {
  apps::TranscriberOptions options;
  options.alphabet = alphabet_;
  options.decoder = decoder;
  return apps::Transcriber(model, std::move(options));
}

std::vector<quantize::CallSequence> SpeechCalibration::Calls() const {
  const apps::Transcriber transcriber = MakeTranscriber(model_, nullptr);
  std::vector<quantize::CallSequence> sequences;
  for (const Recording& recording : recordings_) sequences.push_back(CallsOf(recording.audio, transcriber));
  return sequences;
}

quantize::CallSequence SpeechCalibration::CallsOf(const std::filesystem::path& audio,
                                                  const apps::Transcriber& transcriber) const {
  const std::unique_ptr<apps::SpeechPart> part = transcriber.OpenPart();
  quantize::CallSequence calls;
  const auto take_due = [&] {
    while (const apps::SpeechPart::Call* due = part->due()) {
      calls.push_back(CallOf(*due, transcriber.model()));
      part->TakeRows(std::vector<float>(AsSize(due->length) * (AsSize(alphabet_.size()) + 1)));
    }
  };
  apps::AudioSource source = OpenAudio(audio, transcriber);
  for (auto samples = source.Read(); !samples.empty(); samples = source.Read()) {
    part->TakeSamples(samples);
    take_due();
  }
  part->TakeEnd();
  take_due();
  return calls;
}

TextCost SpeechCalibration::CompareTexts(const Model& before, const Model& after, const std::string& reading,
                                         const std::shared_ptr<const apps::CtcDecoder>& decoder) const {
  const apps::Transcriber exact = MakeTranscriber(before, decoder);
  const apps::Transcriber rounded = MakeTranscriber(after, decoder);
  TextCost cost{.reading = reading, .recordings = recordings_.size()};
  for (std::size_t i = 0; i < recordings_.size(); ++i) {
    const Recording& recording = recordings_[i];
    const std::string text_before = TextOf(recording.audio, exact);
    const std::string text_after = TextOf(recording.audio, rounded);
    if (text_before != text_after) ++cost.changed_texts;
    const apps::WordErrors changed = apps::CountWordErrors(text_before, text_after);
    cost.words_before += changed.words;
    cost.changed_words += changed.errors;
    if (flags_.progress) flags_.progress(static_cast<double>(i + 1) / static_cast<double>(recordings_.size()));
    if (!recording.transcript) continue;
    const apps::WordErrors errors_before = apps::CountWordErrors(*recording.transcript, text_before);
    cost.words_said += errors_before.words;
    cost.errors_before += errors_before.errors;
    cost.errors_after += apps::CountWordErrors(*recording.transcript, text_after).errors;
  }
  return cost;
}

DataCost SpeechCalibration::Compare(const Model& before, const Model& after) const {
  DataCost cost;
  const std::int32_t blank = alphabet_.blank();
  cost.texts.push_back(CompareTexts(before, after, "greedy", std::make_shared<apps::CtcGreedy>(blank)));
  if (flags_.language_model.empty()) return cost;
  apps::BeamSearchOptions options;
  options.language_model = apps::WordLanguageModel::Load(flags_.language_model, alphabet_);
  const auto search = std::make_shared<apps::CtcBeamSearch>(blank, std::move(options));
  cost.texts.push_back(CompareTexts(before, after, "with the language model", search));
  return cost;
}

}  // namespace stepwell::cli
