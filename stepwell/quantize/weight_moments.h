#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "stepwell/quantize/model_calls.h"
#include "stepwell/quantize/second_moments.h"

namespace stepwell::quantize {

// By the name of weights (QuantizedLayer::name): the second moments of what they are multiplied with.
using WeightMoments = std::map<std::string, std::shared_ptr<const SecondMoments>>;

// Runs the calls and sums up what the weights are multiplied with, where that can be seen (layer_taps.h) and is no
// wider than kWidestInput. Weights that are read at several places get the sum over all. `progress`: called with the
// share of the sequences that is done; may be empty.
inline constexpr std::int64_t kWidestInput = 16384;
WeightMoments CollectMoments(const ir::Graph& graph, std::span<const CallSequence> data,
                             const std::function<void(double done)>& progress = {});

}  // namespace stepwell::quantize
