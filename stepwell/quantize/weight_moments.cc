#include "stepwell/quantize/weight_moments.h"

#include <algorithm>
#include <set>

#include "stepwell/quantize/layer_taps.h"
#include "stepwell/quantize/tapped_model.h"

namespace stepwell::quantize {
namespace {

using Inputs = std::set<ir::ValueId>;

std::map<std::string, Inputs> InputsOfWeights(const ir::Graph& graph) {
  std::map<std::string, Inputs> inputs;
  for (const LayerTap& tap : FindLayerTaps(graph)) inputs[tap.weights].insert(tap.input);
  return inputs;
}

// Weights that share their inputs share the sums over them.
class MomentSums {
 public:
  MomentSums(const std::map<std::string, Inputs>& inputs, const TappedModel& model) {
    for (const auto& [weights, values] : inputs) {
      Sum& sum = sums_[values];
      sum.weights.push_back(weights);
      if (sum.results) continue;
      sum.results.emplace();
      for (const ir::ValueId value : values) {
        if (const auto result = model.Find(value)) sum.results->push_back(*result);
      }
    }
  }

  void Add(std::span<const Tensor> results) {
    for (auto& [values, sum] : sums_) {
      for (const std::size_t result : *sum.results) AddRows(results[result], sum);
    }
  }

  WeightMoments Take() && {
    WeightMoments moments;
    for (auto& [values, sum] : sums_) {
      for (const std::string& weights : sum.weights) {
        if (sum.moments != nullptr) moments.emplace(weights, sum.moments);
      }
    }
    return moments;
  }

 private:
  struct Sum {
    std::vector<std::string> weights;
    std::optional<std::vector<std::size_t>> results;
    std::shared_ptr<SecondMoments> moments;
  };

  static void AddRows(const Tensor& rows, Sum& sum) {
    const Shape& shape = rows.type().shape;
    if (rows.type().dtype != DType::kF32 || shape.rank() == 0) return;
    const Dim width = shape[shape.rank() - 1];
    if (width == 0 || width > kWidestInput) return;
    if (sum.moments == nullptr) sum.moments = std::make_shared<SecondMoments>(width);
    if (sum.moments->width() == width) sum.moments->Add(rows.as<float>());
  }

  std::map<Inputs, Sum> sums_;
};

}  // namespace

WeightMoments CollectMoments(const ir::Graph& graph, std::span<const CallSequence> data,
                             const std::function<void(double done)>& progress) {
  const auto first = std::find_if(data.begin(), data.end(), [](const auto& calls) { return !calls.empty(); });
  if (first == data.end()) return {};
  const std::map<std::string, Inputs> inputs = InputsOfWeights(graph);
  Inputs values;
  for (const auto& [weights, of_weights] : inputs) values.insert(of_weights.begin(), of_weights.end());
  TappedModel model(graph, std::vector(values.begin(), values.end()), first->front());
  MomentSums sums(inputs, model);
  for (std::size_t i = 0; i < data.size(); ++i) {
    model.Reset();
    for (const ModelCall& call : data[i]) sums.Add(model.Run(call));
    if (progress) progress(static_cast<double>(i + 1) / static_cast<double>(data.size()));
  }
  return std::move(sums).Take();
}

}  // namespace stepwell::quantize
