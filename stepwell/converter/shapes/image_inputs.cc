#include "stepwell/converter/shapes/image_inputs.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace stepwell::converter {
namespace {

template <std::size_t kCount>
bool IsOneOf(const ir::Node& node, const std::array<std::string_view, kCount>& names) {
  return std::find(names.begin(), names.end(), node.op->name()) != names.end();
}

bool IsWindow(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kWindows = {"Convolution", "GroupConvolution", "MaxPool", "AvgPool"};
  return IsOneOf(node, kWindows);
}

bool KeepsPlaces(const ir::Node& node) {
  constexpr std::array<std::string_view, 8> kOps = {"Transpose", "Pad",    "Add",     "Subtract",
                                                    "Multiply",  "Divide", "Convert", "Clamp"};
  return IsOneOf(node, kOps);
}

}  // namespace

std::vector<bool> FindImageInputs(const ir::Graph& graph) {
  std::vector<bool> is_seen(graph.num_values());  // by a window
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (IsWindow(*node)) is_seen[node->inputs[0].index] = true;
    if (!KeepsPlaces(*node) || !is_seen[node->outputs[0].index]) continue;
    for (const ir::ValueId input : node->inputs) is_seen[input.index] = true;
  }
  std::vector<bool> is_image;
  for (const ir::Input& input : graph.inputs()) {
    is_image.push_back(is_seen[input.value.index] && graph.value(input.value).type.shape.rank() == 4);
  }
  return is_image;
}

}  // namespace stepwell::converter
