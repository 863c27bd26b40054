#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/audio_window.h"
#include "stepwell/apps/deepspeech/ctc_decoder.h"
#include "stepwell/apps/deepspeech/feature_batch.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::apps {

// What a speech model says of itself by roles (ir/roles.h), shapes and metadata: all that transcribing needs to know.
// Immutable; free to share between threads.
class SpeechModel {
 public:
  // The part of the graph that turns a window of samples into features.
  struct FrontEnd {
    std::size_t samples = 0;       // input f32[window.size], 1.0 is full scale
    std::size_t coefficients = 0;  // output f32[1, features]
    AudioWindow::Shape window;     // in samples
  };

  // Throws Error(kUnsupported) naming what is missing when the model is no speech model that can be streamed one
  // recording at a time.
  explicit SpeechModel(std::shared_ptr<const runtime::LoadedModel> model);

  const runtime::LoadedModel& model() const { return *model_; }
  const std::shared_ptr<const runtime::LoadedModel>& shared_model() const { return model_; }

  std::size_t features() const { return features_; }               // input f32[1, steps, 2 * context + 1, features]
  std::size_t logits() const { return logits_; }                   // output f32[steps, 1, classes]
  std::optional<std::size_t> lengths() const { return lengths_; }  // input i32[1], none where the graph has it fixed
  const std::optional<FrontEnd>& front_end() const { return front_end_; }  // none: features are the client's to compute

  // Of one call.
  const FeatureShape& feature_shape() const { return feature_shape_; }
  RowKind row_kind() const { return row_kind_; }
  std::int64_t sample_rate_hz() const { return sample_rate_hz_; }
  double seconds_per_frame() const { return seconds_per_frame_; }

  // The model's own alphabet, or the English one when it holds none. Throws Error(kInvalidModel) for a damaged one.
  Alphabet alphabet() const;

 private:
  void FindPorts();
  void FindFrontEnd();
  void ReadFeatureShape();
  std::int64_t Metadata(std::string_view key, std::int64_t fallback) const;

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::size_t features_ = 0;
  std::size_t logits_ = 0;
  std::optional<std::size_t> lengths_;
  std::optional<FrontEnd> front_end_;
  FeatureShape feature_shape_;
  RowKind row_kind_ = RowKind::kProbabilities;
  std::int64_t sample_rate_hz_ = 0;
  double seconds_per_frame_ = 0;
};

}  // namespace stepwell::apps
