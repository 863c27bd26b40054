#pragma once

#include <memory>
#include <string>
#include <vector>

#include "stepwell/apps/cli/calibration.h"
#include "stepwell/apps/lm1b/word_model.h"

namespace stepwell::cli {

// A text, one sentence a line, as calls of a word model: the state carried from each sentence to the next.
class WordCalibration final : public Calibration {
 public:
  // Throws Error(kInvalidArgument) where no vocabulary or no word is given.
  WordCalibration(Model model, const CalibrationFlags& flags);

  std::vector<quantize::CallSequence> Calls() const override;
  DataCost Compare(const Model& before, const Model& after) const override;

 private:
  quantize::ModelCall CallOf(const std::vector<std::int32_t>& characters) const;
  double Perplexity(const Model& model, std::int64_t& words) const;

  CalibrationFlags flags_;
  std::shared_ptr<const apps::Vocabulary> vocabulary_;
  Model graph_model_;
  apps::WordModel model_;
  std::string text_;
};

}  // namespace stepwell::cli
