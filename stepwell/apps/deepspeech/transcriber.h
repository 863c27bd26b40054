#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/ctc_decoder.h"
#include "stepwell/apps/deepspeech/speech_model.h"
#include "stepwell/apps/deepspeech/speech_part.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream.h"

namespace stepwell::apps {

class TranscriptionStream;

struct TranscriberOptions {
  std::optional<Alphabet> alphabet = std::nullopt;      // none: the model's own, see SpeechModel::alphabet
  std::shared_ptr<const CtcDecoder> decoder = nullptr;  // each stream gets a fresh copy; none: CtcGreedy
};

// A speech model with the way in which its output is read. Immutable: any number of streams, in any threads, share it
// (but not each other).
class Transcriber {
 public:
  // Throws Error: kUnsupported when the model is none that transcribes (see SpeechModel), kInvalidArgument when the
  // alphabet does not fit its classes.
  explicit Transcriber(std::shared_ptr<const runtime::LoadedModel> model, TranscriberOptions options = {});

  const SpeechModel& model() const { return model_; }
  const Alphabet& alphabet() const { return alphabet_; }
  std::int64_t sample_rate_hz() const { return model_.sample_rate_hz(); }
  double seconds_per_frame() const { return model_.seconds_per_frame(); }

  // A transcription that has heard nothing. `rewind_depth`: how many calls Rewind() can take back. The transcriber must
  // outlive it.
  TranscriptionStream Open(std::size_t rewind_depth = 0) const;
  // What such a transcription remembers, for whoever makes the calls himself.
  std::unique_ptr<SpeechPart> OpenPart() const;

 private:
  friend class TranscriptionStream;
  state::Stepper MakeStepper() const;

  SpeechModel model_;
  Alphabet alphabet_;
  std::shared_ptr<const state::StateLayout> layout_;
  std::unique_ptr<FeatureSource> source_;      // what the streams' are made from
  std::shared_ptr<const CtcDecoder> decoder_;  // the same
};

// One recording, or one being made, on its way to text: sound in, text out at any time. Its memory (the model's states,
// buffered sound and features, the decoder) is one state::Stream's, saved, restored, forked and rewound as a whole.
// Not thread-safe. After an Error of Push or Finish, go on from a snapshot or Reset.
class TranscriptionStream {
 public:
  // Samples at transcriber().sample_rate_hz(), as they come, in pieces of any size.
  void Push(std::span<const std::int16_t> samples);
  // The audio is over: computes what is left. Fork first to go on hearing. Once it has ended, only Reset, Restore and
  // Rewind open it again.
  void Finish();

  // The likeliest text so far, in the middle of a word or not.
  Hypothesis Best() const { return part().decoder().Best(); }
  // The likeliest texts if no more comes, best first: at least one, at most `most`. Frames still in buffers do not
  // count before Finish.
  std::vector<Hypothesis> Transcripts(std::size_t most = 1) const { return part().decoder().Finish(most); }
  // The text of Best(), and after Finish() that of Transcripts()[0].
  std::string Text() const;

  const Transcriber& transcriber() const { return *transcriber_; }
  std::int64_t samples_taken() const { return part().samples_taken(); }
  std::int64_t frames_decoded() const { return part().frames_decoded(); }
  bool has_ended() const { return part().has_ended(); }

  // See state::Stream. After Rewind, samples_taken() says from which sample on the audio is wanted again.
  std::vector<std::byte> Save() const { return stream_.Save(); }
  void Restore(std::span<const std::byte> snapshot, std::string_view what = "the snapshot") {
    stream_.Restore(snapshot, what);
  }
  TranscriptionStream Fork() const { return {*transcriber_, stream_.Fork()}; }
  void Rewind(std::size_t calls) { stream_.Rewind(calls); }
  void Reset() { stream_.Reset(); }
  const state::Stream& stream() const { return stream_; }

 private:
  friend class Transcriber;
  TranscriptionStream(const Transcriber& transcriber, state::Stream stream);

  SpeechPart& part() { return static_cast<SpeechPart&>(*stream_.part()); }
  const SpeechPart& part() const { return static_cast<const SpeechPart&>(*stream_.part()); }
  void MakeDueCalls();
  void MakeCall(const SpeechPart::Call& call);

  const Transcriber* transcriber_;
  state::Stream stream_;
  state::Stepper stepper_;
  std::vector<float> rows_;               // [steps, 1, classes], as the model gives them
  std::vector<float> log_probabilities_;  // the same
};

}  // namespace stepwell::apps
