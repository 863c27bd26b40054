#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/apps/deepspeech/feature_source.h"
#include "stepwell/apps/deepspeech/speech_model.h"
#include "stepwell/base/function_ref.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

// What simulated live streams send to a model: one packet of 20 ms after the other, and what a step is given of them.
// A speech model that turns samples into features (by its graph, or as its client does) is sent sound; a speech model
// without is sent frames of features; any other model is sent what one step takes. Immutable, free to share.
class LiveModel {
 public:
  static constexpr double kPacketSeconds = 0.02;

  // One stream's packets. Used by one thread at a time.
  class Source {
   public:
    virtual ~Source() = default;
    // The next packet has arrived: calls `visit` for each row of a step (the window of features of one frame; nothing
    // for models without features) that it completes.
    virtual void TakePacket(FunctionRef<void(std::span<const float> row)> visit) = 0;
  };

  explicit LiveModel(std::shared_ptr<const runtime::LoadedModel> model);

  const std::shared_ptr<const runtime::LoadedModel>& model() const { return model_; }
  bool is_speech() const { return features_.has_value(); }
  bool has_front_end() const { return speech_.has_value(); }
  // The rows of a step, where the model takes no other number.
  std::optional<std::int64_t> fixed_rows() const { return fixed_rows_; }
  // One stream's step of so many rows; fixed_rows() where there are.
  runtime::PlanRequest RequestFor(std::int64_t rows) const;
  // Streams of different numbers differ in what they send.
  std::unique_ptr<Source> Open(unsigned number) const;
  // What a step is given besides rows: full lengths, random numbers. `input`: of the model.
  Tensor FillOf(std::size_t input, const TensorType& type, std::int64_t rows) const;
  // The model's input that takes the rows.
  const std::optional<std::size_t>& features() const { return features_; }

 private:
  std::shared_ptr<const runtime::LoadedModel> model_;
  std::optional<apps::SpeechModel> speech_;  // none: no sound
  std::optional<std::size_t> features_;
  std::optional<std::size_t> logits_;
  std::optional<std::int64_t> fixed_rows_ = 1;
  apps::FeatureShape window_;                             // of one row
  std::shared_ptr<const apps::FeatureSource> prototype_;  // what the streams' front ends are made from
};

}  // namespace stepwell::cli
