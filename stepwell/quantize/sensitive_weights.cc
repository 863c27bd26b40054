#include "stepwell/quantize/sensitive_weights.h"

#include <algorithm>
#include <vector>

#include "stepwell/ops/layout/transpose.h"
#include "stepwell/quantize/layer_taps.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kFewestTimesFirst = 4;  // so many times a tensor's elements all weights have at least
constexpr std::int64_t kFewestTimesLast = 64;

// Whether the value shows what the caller feeds, moved at most.
bool IsFed(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(value);
  for (; node != nullptr; node = graph.producer(value)) {
    const bool moves = node->op->IsView() || ir::As<ops::layout::Transpose>(*node->op) != nullptr;
    if (!moves) return false;
    value = node->inputs[0];
  }
  return std::any_of(graph.inputs().begin(), graph.inputs().end(), [&](const ir::Input& input) {
    return input.value == value && graph.FindStateOfInput(input.name) == nullptr;
  });
}

// By ValueId: whether an output of the model is computed from the value without weights between.
std::vector<bool> WithoutWeightsBehind(const ir::Graph& graph, const std::vector<LayerTap>& taps) {
  std::vector<bool> reaches(graph.num_values());
  std::vector<bool> is_product(graph.num_values());
  for (const LayerTap& tap : taps) is_product[tap.output.index] = true;
  for (const ir::Output& output : graph.outputs()) {
    if (graph.FindStateOfOutput(output.name) == nullptr) reaches[output.value.index] = true;
  }
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    const bool goes_on = std::any_of(node->outputs.begin(), node->outputs.end(), [&](ir::ValueId output) {
      return reaches[output.index] && !is_product[output.index];
    });
    if (!goes_on) continue;
    for (const ir::ValueId input : node->inputs) reaches[input.index] = true;
  }
  return reaches;
}

}  // namespace

std::set<std::string> SensitiveWeights(const ir::Graph& graph) {
  const std::vector<LayerTap> taps = FindLayerTaps(graph);
  std::set<std::string> counted;
  std::int64_t all = 0;
  for (const LayerTap& tap : taps) {
    if (counted.insert(tap.weights).second) all += tap.elements;
  }
  const std::vector<bool> is_last = WithoutWeightsBehind(graph, taps);
  std::set<std::string> sensitive;
  for (const LayerTap& tap : taps) {
    const bool is_small_first = tap.elements <= all / kFewestTimesFirst && IsFed(graph, tap.input);
    const bool is_small_last = tap.elements <= all / kFewestTimesLast && is_last[tap.output.index];
    if (is_small_first || is_small_last) sensitive.insert(tap.weights);
  }
  return sensitive;
}

}  // namespace stepwell::quantize
