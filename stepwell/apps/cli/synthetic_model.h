#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

// A model with the published graph and seeded random weights. In DeepSpeech's, so many results of the clipped ReLUs are
// exactly zero as in the trained model, when it is fed numbers between -1 and 1: 56, 84, 94 and 55 of a hundred after
// layers 1, 2, 3 and 5, for zeros are not read.
struct SyntheticModel {
  std::string network;               // "deepspeech" or "lm_1b"
  std::optional<std::int64_t> size;  // deepspeech: its cells; lm_1b: what its sizes are divided by
};

// "deepspeech" (2048 cells), "deepspeech:CELLS", "lm_1b" (8192 cells, 800,000 words; 4.2 GB) or "lm_1b:DIVISOR".
// Throws Error(kInvalidArgument) for anything else.
SyntheticModel ParseSyntheticModel(std::string_view description);

// The same description gives the same weights on every machine. Prints the conversion's warnings on standard error.
std::shared_ptr<const runtime::LoadedModel> MakeSyntheticModel(const SyntheticModel& model);

}  // namespace stepwell::cli
