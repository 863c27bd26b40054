#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "stepwell/quantize/model_calls.h"

namespace stepwell::quantize {

// How far what is computed with weights is from what the same model computes before it was quantised, over calls. Both
// run as they do without being watched, each on its own states and activations.
struct OutputError {
  float largest = 0;     // magnitude, before
  float difference = 0;  // the largest

  double relative() const { return largest > 0 ? static_cast<double>(difference) / static_cast<double>(largest) : 0; }
};

// By the name of weights, as far as their outputs can be seen (layer_taps.h). `progress` as in CollectMoments.
std::map<std::string, OutputError> CompareOutputs(const ir::Graph& before, const ir::Graph& after,
                                                  std::span<const CallSequence> data,
                                                  const std::function<void(double done)>& progress = {});

}  // namespace stepwell::quantize
