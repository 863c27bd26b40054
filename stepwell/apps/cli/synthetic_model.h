#pragma once

#include <memory>
#include <string_view>

#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

// A model with the published graph and seeded random weights: "deepspeech" (2048 cells) or "deepspeech:CELLS", "lm_1b"
// (8192 cells, 800,000 words; 4.2 GB) or "lm_1b:DIVISOR" (sizes divided). The same description gives the same weights
// on every machine. Throws Error(kInvalidArgument) for anything else.
std::shared_ptr<const runtime::LoadedModel> MakeSyntheticModel(std::string_view description);

}  // namespace stepwell::cli
