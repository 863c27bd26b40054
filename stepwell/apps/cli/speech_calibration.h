#pragma once

#include <vector>

#include "stepwell/apps/cli/calibration.h"
#include "stepwell/apps/cli/recordings.h"
#include "stepwell/apps/deepspeech/transcriber.h"

namespace stepwell::cli {

// Recordings as calls of a speech model; texts are read greedily, and with the language model where there is one.
class SpeechCalibration final : public Calibration {
 public:
  SpeechCalibration(Model model, const CalibrationFlags& flags);

  std::vector<quantize::CallSequence> Calls() const override;
  DataCost Compare(const Model& before, const Model& after) const override;

 private:
  apps::Transcriber MakeTranscriber(const Model& model, const std::shared_ptr<const apps::CtcDecoder>& decoder) const;
  quantize::CallSequence CallsOf(const std::filesystem::path& audio, const apps::Transcriber& transcriber) const;
  TextCost CompareTexts(const Model& before, const Model& after, const std::string& reading,
                        const std::shared_ptr<const apps::CtcDecoder>& decoder) const;

  Model model_;
  CalibrationFlags flags_;
  apps::Alphabet alphabet_;
  std::vector<Recording> recordings_;
};

}  // namespace stepwell::cli
