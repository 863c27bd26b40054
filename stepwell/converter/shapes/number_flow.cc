#include "stepwell/converter/shapes/number_flow.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace stepwell::converter {
namespace {

bool IsOneOf(const ir::Node& node, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), node.op->name()) != names.end();
}

// Marks the inputs whose values count, whatever becomes of the result.
void MarkReads(const ir::Graph& graph, const ir::Node& node, std::vector<bool>& is_number) {
  constexpr std::array<std::string_view, 2> kIndexed = {"Gather", "GatherND"};
  if (IsOneOf(node, kIndexed)) is_number[node.inputs[1].index] = true;
  const bool leaves_integers = node.op->name() == "Convert" && !IsInteger(graph.value(node.outputs[0]).type.dtype);
  if (node.op->name() == "OneHot" || leaves_integers) is_number[node.inputs[0].index] = true;
  if (!IsComparison(node)) return;
  for (const ir::ValueId input : node.inputs) is_number[input.index] = true;
}

// Of a result whose values count: the inputs that they are made of.
std::span<const ir::ValueId> Operands(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kMakeOthers = {"Constant", "ShapeOf", "OneHot", "TopK"};
  if (node.inputs.empty() || IsOneOf(node, kMakeOthers)) return {};
  constexpr std::array<std::string_view, 3> kOfFirst = {"Gather", "GatherND", "CumSum"};
  const std::span<const ir::ValueId> inputs(node.inputs);
  const bool is_reduction = node.op->name().starts_with("Reduce");
  return KeepsNumbers(node) || is_reduction || IsOneOf(node, kOfFirst) ? inputs.first(1) : inputs;
}

}  // namespace

bool IsComparison(const ir::Node& node) {
  constexpr std::array<std::string_view, 6> kComparisons = {"Equal",     "NotEqual", "Less",
                                                            "LessEqual", "Greater",  "GreaterEqual"};
  return IsOneOf(node, kComparisons);
}

bool KeepsNumbers(const ir::Node& node) {
  constexpr std::array<std::string_view, 10> kKeepers = {"Convert",   "Reshape", "Squeeze", "Unsqueeze",    "Transpose",
                                                         "Broadcast", "Tile",    "Slice",   "StridedSlice", "Reverse"};
  return IsOneOf(node, kKeepers);
}

NumberFlow FindNumberFlow(const ir::Graph& graph) {
  NumberFlow flow{std::vector<bool>(graph.num_values()), std::vector<bool>(graph.num_values())};
  for (const ir::Output& output : graph.outputs()) flow.is_number[output.value.index] = true;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    MarkReads(graph, *node, flow.is_number);
    const bool counts = std::any_of(node->outputs.begin(), node->outputs.end(),
                                    [&](ir::ValueId output) { return flow.is_number[output.index]; });
    if (!counts) continue;
    for (const ir::ValueId operand : Operands(*node)) flow.is_number[operand.index] = true;
  }
  for (const ir::Node& node : graph.nodes()) {
    const bool is_constant = std::all_of(node.inputs.begin(), node.inputs.end(),
                                         [&](ir::ValueId input) { return flow.is_constant[input.index]; });
    for (const ir::ValueId output : node.outputs) flow.is_constant[output.index] = is_constant;
  }
  return flow;
}

const ir::ConstantData* ConstantBehind(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(value);
  while (node != nullptr && KeepsNumbers(*node)) {
    value = node->inputs[0];
    node = graph.producer(value);
  }
  return graph.constant(value);
}

}  // namespace stepwell::converter
