#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/quantize/model_calls.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

// Texts of recordings, as a model's output is read in one way.
struct TextCost {
  std::string reading;  // "greedy"
  std::size_t recordings = 0;
  std::size_t changed_texts = 0;  // that the quantised model gives otherwise
  std::size_t words_before = 0;   // in the texts of the model before
  std::size_t changed_words = 0;  // word errors of the quantised model's texts, against those
  std::size_t words_said = 0;     // in the transcripts; 0 where there are none
  std::size_t errors_before = 0;  // word errors against the transcripts
  std::size_t errors_after = 0;
};
struct PerplexityCost {
  std::int64_t words = 0;
  double before = 0;
  double after = 0;
};
// What quantising cost on the user's data.
struct DataCost {
  std::vector<TextCost> texts;
  std::optional<PerplexityCost> perplexity;
};

struct CalibrationFlags {
  std::string data;
  std::string vocabulary;      // of a word model
  std::string alphabet;        // of a speech model; empty: its own
  std::string language_model;  // the same
  std::function<void(double done)> progress = {};
};

// The user's data as calls of a model.
class Calibration {
 public:
  using Model = std::shared_ptr<const runtime::LoadedModel>;

  virtual ~Calibration() = default;
  virtual std::vector<quantize::CallSequence> Calls() const = 0;
  // Runs the applications on the data with both models.
  virtual DataCost Compare(const Model& before, const Model& after) const = 0;

  // Of a speech or word model, which its roles tell; `model` is the one that is not quantised. Throws Error where the
  // data cannot be read or the model is neither.
  static std::unique_ptr<Calibration> Open(Model model, const CalibrationFlags& flags);
};

}  // namespace stepwell::cli
