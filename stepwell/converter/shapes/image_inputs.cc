#include "stepwell/converter/shapes/image_inputs.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace stepwell::converter {
namespace {

bool IsWindow(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kWindows = {"Convolution", "GroupConvolution", "MaxPool", "AvgPool"};
  return std::find(kWindows.begin(), kWindows.end(), node.op->name()) != kWindows.end();
}

// Whether the node's result may be an image where its inputs are: whatever does not mix axes as a Reshape does.
bool KeepsPlaces(const ir::Node& node) { return node.op->name() != "Reshape"; }

bool IsImage(const ir::Graph& graph, ir::ValueId value) { return graph.value(value).type.shape.rank() == 4; }

}  // namespace

std::vector<bool> FindImageInputs(const ir::Graph& graph) {
  std::vector<bool> is_seen(graph.num_values());  // by a window
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (IsWindow(*node)) is_seen[node->inputs[0].index] = true;
    const bool is_seen_through = std::any_of(node->outputs.begin(), node->outputs.end(), [&](ir::ValueId output) {
      return is_seen[output.index] && IsImage(graph, output);
    });
    if (!is_seen_through || !KeepsPlaces(*node)) continue;
    for (const ir::ValueId input : node->inputs) {
      if (IsImage(graph, input)) is_seen[input.index] = true;
    }
  }
  std::vector<bool> is_image;
  for (const ir::Input& input : graph.inputs()) {
    is_image.push_back(is_seen[input.value.index] && IsImage(graph, input.value));
  }
  return is_image;
}

}  // namespace stepwell::converter
