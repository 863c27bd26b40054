#pragma once

#include <cstdint>
#include <span>

#include "stepwell/apps/deepspeech/audio_window.h"
#include "stepwell/apps/deepspeech/feature_source.h"
#include "stepwell/apps/deepspeech/mfcc.h"

namespace stepwell::apps {

// The features that models without a front end in their graph (DeepSpeech 0.3.0) are fed with, computed as that
// version's client computes them: samples on the scale of int16, pre-emphasis s[n] - 0.97 s[n-1], windows of 25 ms
// every 10 ms of which every second is used, MFCC.
class ClientFeatures final : public FeatureSource {
 public:
  ClientFeatures();

  std::int64_t features() const { return mfcc_.coefficients(); }
  static constexpr std::int64_t sample_rate_hz() { return 16000; }
  static constexpr double seconds_per_frame() { return 0.02; }

  // Frames of [features], from samples at 16 kHz.
  void Push(std::span<const std::int16_t> samples, Visit visit) override;
  // At the end of the audio: what is left, with zeros behind it, if it is not the turn of a window to be left out.
  void Flush(Visit visit) override;
  std::unique_ptr<FeatureSource> Fresh() const override { return std::make_unique<ClientFeatures>(); }
  void Reset();

  void Save(ByteWriter& writer) const override;
  void Restore(ByteReader& reader) override;

 private:
  void UseWindow(std::span<const float> window, Visit visit);

  Mfcc mfcc_;
  AudioWindow window_;
  std::int16_t last_sample_ = 0;
  std::uint8_t leave_out_next_ = 0;
};

}  // namespace stepwell::apps
