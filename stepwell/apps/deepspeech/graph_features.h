#pragma once

#include <memory>
#include <vector>

#include "stepwell/apps/deepspeech/audio_window.h"
#include "stepwell/apps/deepspeech/feature_source.h"
#include "stepwell/apps/deepspeech/speech_model.h"
#include "stepwell/runtime/session.h"

namespace stepwell::apps {

// The features of models that have their front end in the graph (DeepSpeech 0.6 and later): windows of samples, each
// run through the graph's own spectrogram and MFCC.
class GraphFeatures final : public FeatureSource {
 public:
  // For a model with a front end. Throws Error(kInvalidModel) when it does not give the features that the model takes.
  explicit GraphFeatures(const SpeechModel& model);

  void Push(std::span<const std::int16_t> samples, Visit visit) override;
  void Flush(Visit visit) override;
  std::unique_ptr<FeatureSource> Fresh() const override;

  void Save(ByteWriter& writer) const override { window_.Save(writer); }
  void Restore(ByteReader& reader) override { window_.Restore(reader); }

 private:
  GraphFeatures(std::shared_ptr<const runtime::Plan> plan, const AudioWindow::Shape& window);
  void UseWindow(std::span<const float> window, Visit visit);

  AudioWindow::Shape window_shape_;
  AudioWindow window_;
  runtime::Session session_;
  std::vector<float> scaled_;    // the samples pushed, 1.0 is full scale
  std::vector<float> features_;  // of one window
};

}  // namespace stepwell::apps
