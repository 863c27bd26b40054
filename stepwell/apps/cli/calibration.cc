#include "stepwell/apps/cli/calibration.h"

#include "stepwell/apps/cli/speech_calibration.h"
#include "stepwell/apps/cli/word_calibration.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"

namespace stepwell::cli {

std::unique_ptr<Calibration> Calibration::Open(Model model, const CalibrationFlags& flags) {
  const ir::Graph& graph = model->graph();
  if (ir::FindOutputOfRole(graph, ir::kRoleWordProbabilities)) {
    return std::make_unique<WordCalibration>(std::move(model), flags);
  }
  if (ir::FindOutputOfRole(graph, ir::kRoleLogits) && ir::FindInputOfRole(graph, ir::kRoleFeatures)) {
    return std::make_unique<SpeechCalibration>(std::move(model), flags);
  }
  throw Error(ErrorKind::kUnsupported,
              "data is known for speech models (recordings) and word models (a text): the model has neither the role "
              "'logits' nor 'word_probabilities'; name them with --role ROLE=NAME");
}

}  // namespace stepwell::cli
