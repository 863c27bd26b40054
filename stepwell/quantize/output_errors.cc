#include "stepwell/quantize/output_errors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stepwell/quantize/layer_taps.h"
#include "stepwell/quantize/tapped_model.h"

namespace stepwell::quantize {
namespace {

// Quantising keeps the order of nodes and the names of weights.
struct Pair {
  std::string weights;
  ir::ValueId before;
  ir::ValueId after;
};
std::vector<Pair> PairsOf(const ir::Graph& before, const ir::Graph& after) {
  std::vector<Pair> pairs;
  std::multimap<std::string, ir::ValueId> outputs;
  for (const LayerTap& tap : FindLayerTaps(after)) outputs.emplace(tap.weights, tap.output);
  for (const LayerTap& tap : FindLayerTaps(before)) {
    const auto same = outputs.find(tap.weights);
    if (same == outputs.end()) continue;
    pairs.push_back({tap.weights, tap.output, same->second});
    outputs.erase(same);
  }
  return pairs;
}

void Compare(std::span<const float> before, std::span<const float> after, OutputError& error) {
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    error.largest = std::max(error.largest, std::abs(before[i]));
    error.difference = std::max(error.difference, std::abs(after[i] - before[i]));
  }
}

TappedModel Tapped(const ir::Graph& graph, std::span<const Pair> pairs, ir::ValueId Pair::*side,
                   const ModelCall& example) {
  std::vector<ir::ValueId> values;
  for (const Pair& pair : pairs) values.push_back(pair.*side);
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return {graph, values, example};
}

}  // namespace

std::map<std::string, OutputError> CompareOutputs(const ir::Graph& before, const ir::Graph& after,
                                                  std::span<const CallSequence> data,
                                                  const std::function<void(double done)>& progress) {
  std::map<std::string, OutputError> errors;
  const auto first = std::find_if(data.begin(), data.end(), [](const auto& calls) { return !calls.empty(); });
  const std::vector<Pair> pairs = PairsOf(before, after);
  if (first == data.end() || pairs.empty()) return errors;
  TappedModel exact = Tapped(before, pairs, &Pair::before, first->front());
  TappedModel rounded = Tapped(after, pairs, &Pair::after, first->front());
  for (std::size_t i = 0; i < data.size(); ++i) {
    exact.Reset();
    rounded.Reset();
    for (const ModelCall& call : data[i]) {
      const std::span<const Tensor> expected = exact.Run(call);
      const std::span<const Tensor> found = rounded.Run(call);
      for (const Pair& pair : pairs) {
        const auto at_before = exact.Find(pair.before);
        const auto at_after = rounded.Find(pair.after);
        if (!at_before || !at_after) continue;
        Compare(expected[*at_before].as<float>(), found[*at_after].as<float>(), errors[pair.weights]);
      }
    }
    if (progress) progress(static_cast<double>(i + 1) / static_cast<double>(data.size()));
  }
  return errors;
}

}  // namespace stepwell::quantize
