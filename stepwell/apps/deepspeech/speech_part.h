#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/apps/deepspeech/ctc_decoder.h"
#include "stepwell/apps/deepspeech/feature_batch.h"
#include "stepwell/apps/deepspeech/feature_source.h"
#include "stepwell/state/stream_part.h"

namespace stepwell::apps {

// What a transcription remembers beside the model's states: samples that fill no window yet, frames, the windows of the
// next call, and the decoder. Calls that are due wait here until they have been made, so that a stream which is saved,
// forked or rewound around one goes on exactly there.
class SpeechPart final : public state::StreamPart {
 public:
  // What one call of the model is given.
  struct Call {
    std::vector<float> windows;  // [steps, 2 * context + 1, features], those behind `length` zero
    std::int64_t length = 0;     // 1 .. steps
  };

  SpeechPart(std::unique_ptr<FeatureSource> source, const FeatureShape& shape, std::unique_ptr<CtcDecoder> decoder);

  // Adds samples; calls that become due go to the end of the queue.
  void TakeSamples(std::span<const std::int16_t> samples);
  // Takes the end of the audio, once: later calls do nothing.
  void TakeEnd();
  bool has_ended() const { return has_ended_; }
  std::int64_t samples_taken() const { return samples_taken_; }

  // The call that is due next, or null; valid until the part changes.
  const Call* due() const { return due_.empty() ? nullptr : &due_.front(); }
  // The call that was due has been made and gave these rows: natural log-probabilities [length, classes].
  void TakeRows(std::span<const float> log_probabilities);

  const CtcDecoder& decoder() const { return *decoder_; }
  std::int64_t frames_decoded() const { return frames_decoded_; }

  std::string_view kind() const override { return "deepspeech 1"; }
  std::unique_ptr<StreamPart> Fresh() const override;
  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  void AddFrame(std::span<const float> frame);
  void AddDue(std::span<const float> windows, std::int64_t length);
  Call RestoreCall(ByteReader& reader) const;

  FeatureShape shape_;
  std::unique_ptr<FeatureSource> source_;
  FeatureBatch batch_;
  std::deque<Call> due_;
  std::unique_ptr<CtcDecoder> decoder_;
  std::int64_t samples_taken_ = 0;
  std::int64_t frames_decoded_ = 0;
  bool has_ended_ = false;
};

}  // namespace stepwell::apps
