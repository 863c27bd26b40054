#include "stepwell/converter/shapes/length_values.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>
#include <span>
#include <string_view>

namespace stepwell::converter {
namespace {

using Numbers = std::vector<std::int64_t>;

// Sums with smaller numbers than that, and bounds, are everywhere: the two kinds of tokens, the next place.
constexpr Dim kLeastTellingSum = 4;
constexpr Dim kLeastTellingScale = 8;

bool IsOneOf(const ir::Node& node, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), node.op->name()) != names.end();
}

bool Scales(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kScales = {"Multiply", "Divide", "Mod", "FloorMod"};
  return IsOneOf(node, kScales);
}

bool Shifts(const ir::Node& node) {
  constexpr std::array<std::string_view, 4> kShifts = {"Add", "Subtract", "Minimum", "Maximum"};
  return IsOneOf(node, kShifts) || IsComparison(node);
}

bool AreMultiplesOf(const Numbers& numbers, Dim extent) {
  return std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t number) { return number % extent == 0; });
}

bool AreAll(const Numbers& numbers, std::int64_t wanted) {
  return std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t number) { return number == wanted; });
}

bool IsProductWith(std::int64_t number, Dim extent, const std::vector<FreeExtent>& extents) {
  return std::any_of(extents.begin(), extents.end(),
                     [&](const FreeExtent& other) { return number % extent == 0 && number / extent == other.value; });
}

// A factor: the extent, a product of two extents, or a multiple.
bool MayBeFactor(const Numbers& factor, Dim extent, const std::vector<FreeExtent>& extents) {
  if (AreAll(factor, extent)) return true;
  if (extent == 1 || AreAll(factor, 0)) return false;
  const bool is_an_extent =
      std::any_of(extents.begin(), extents.end(), [&](const FreeExtent& other) { return AreAll(factor, other.value); });
  if (is_an_extent) return false;
  return AreMultiplesOf(factor, extent) && (extent >= kLeastTellingSum || IsProductWith(factor[0], extent, extents));
}

// A summand or bound: the extent, the last place, the place behind it; or the offsets of rows.
bool MayBeSummand(const Numbers& summand, Dim extent) {
  if (summand.size() > 1 && !AreAll(summand, summand[0])) {
    const auto first = std::find_if(summand.begin(), summand.end(), [](std::int64_t number) { return number != 0; });
    return extent > 1 && AreMultiplesOf(summand, extent) && (extent >= kLeastTellingSum || *first == extent);
  }
  return extent >= kLeastTellingSum && std::abs(std::abs(summand[0]) - extent) <= 1;
}

// A column of zeros may have been the offsets of a batch of one.
bool MayBeOffsetOfOneRow(const ir::Node& node, const Shape& shape, const Numbers& summand, Dim extent) {
  return extent == 1 && node.op->name() == "Add" && shape.rank() > 0 && AreAll(summand, 0);
}

bool IsIntegerConstant(const ir::ConstantData* constant) {
  return constant != nullptr && IsInteger(constant->type.dtype) && constant->num_elements() > 0;
}

bool MayBeIn(const ir::Graph& graph, const ir::Node& node, std::size_t input, Dim extent,
             const std::vector<FreeExtent>& extents) {
  const ir::ConstantData* constant = ConstantBehind(graph, node.inputs[input]);
  const auto numbers = IsIntegerConstant(constant) ? constant->Ints() : std::nullopt;
  if (!numbers) return false;
  // What Range starts at and steps by.
  if (node.op->name() == "Range" && input == 2) return extent > 1 && MayBeFactor(*numbers, extent, extents);
  if (node.op->name() == "Range" && input == 0) return MayBeSummand(*numbers, extent);
  if (Scales(node)) return MayBeFactor(*numbers, extent, extents);
  return Shifts(node) &&
         (MayBeSummand(*numbers, extent) || MayBeOffsetOfOneRow(node, constant->type.shape, *numbers, extent));
}

bool ComputesWithIntegers(const ir::Graph& graph, const NumberFlow& flow, const ir::Node& node) {
  if (node.inputs.empty() || !IsInteger(graph.value(node.inputs[0]).type.dtype)) return false;
  return IsComparison(node) || flow.is_number[node.outputs[0].index];
}

bool IsNear(double value, double wanted) { return std::abs(value - wanted) <= 1e-6 * std::abs(wanted); }

bool IsMadeOf(double scale, Dim extent) {
  const auto real = static_cast<double>(extent);
  const std::array<double, 6> made = {real, 1 / real, std::sqrt(real), 1 / std::sqrt(real), real - 1, 1 / (real - 1)};
  return std::any_of(made.begin(), made.end(), [&](double one) { return IsNear(scale, one); });
}

// Whether an extent that is a constant explains the scale.
bool IsExplained(double scale, const std::function<bool(Dim)>& is_literal) {
  const double size = scale < 1 ? 1 / scale : scale;
  for (const double extent : {size, size * size}) {
    const bool is_whole = extent < 1e6 && IsNear(extent, std::round(extent));
    if (is_whole && is_literal(static_cast<Dim>(std::llround(extent)))) return true;
  }
  return false;
}

// The node that a value comes from, seen through what only moves elements.
const ir::Node* MakerOf(const ir::Graph& graph, ir::ValueId value) {
  const ir::Node* node = graph.producer(value);
  while (node != nullptr && KeepsNumbers(*node)) node = graph.producer(node->inputs[0]);
  return node;
}

// The number by which the node scales, or that it makes a float of; nothing for other nodes.
std::optional<double> ScaleOf(const ir::Graph& graph, const ir::Node& node) {
  const bool is_float = IsFloat(graph.value(node.outputs[0]).type.dtype);
  const bool makes_float = node.op->name() == "Convert" && IsInteger(graph.value(node.inputs[0]).type.dtype);
  const bool scales = node.op->name() == "Multiply" || node.op->name() == "Divide";
  if (!is_float || !(makes_float || scales)) return std::nullopt;
  for (const ir::ValueId input : node.inputs) {
    const ir::ConstantData* constant = ConstantBehind(graph, input);
    if (constant == nullptr) continue;
    if (const auto scale = constant->UniformValue(); scale && *scale > 0) return scale;
  }
  return std::nullopt;
}

bool ScalesASum(const ir::Graph& graph, const ir::Node& node) {
  const ir::Node* maker = MakerOf(graph, node.inputs[0]);
  return maker != nullptr && maker->op->name() == "ReduceSum";
}

std::vector<SymbolId> ExtentsInScale(const ir::Graph& graph, const ir::Node& node,
                                     const std::vector<FreeExtent>& extents,
                                     const std::function<bool(Dim)>& is_literal) {
  const std::optional<double> scale = ScaleOf(graph, node);
  if (!scale) return {};
  std::vector<SymbolId> found;
  for (const FreeExtent& extent : extents) {
    const bool is_told = extent.value >= kLeastTellingScale || (extent.value > 1 && ScalesASum(graph, node));
    if (extent.may_scale && is_told && IsMadeOf(*scale, extent.value)) found.push_back(extent.symbol);
  }
  const bool is_excused = found.empty() || (!ScalesASum(graph, node) && IsExplained(*scale, is_literal));
  return is_excused ? std::vector<SymbolId>{} : found;
}

}  // namespace

std::optional<ShapeSite> StrideSiteOf(const ir::Graph& graph, const NumberFlow& flow, const ir::Node& node) {
  if (node.op->name() != "Multiply" || !ComputesWithIntegers(graph, flow, node)) return std::nullopt;
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    const ir::ConstantData* constant = graph.constant(node.inputs[input]);
    const bool is_one = constant != nullptr && constant->type.shape.rank() <= 1 && constant->num_elements() == 1;
    const auto numbers = is_one ? constant->Ints() : std::nullopt;
    if (numbers) return ShapeSite{input, *numbers, {true}, {std::nullopt}};
  }
  return std::nullopt;
}

std::vector<std::size_t> StridesBehind(const ir::Graph& graph, ir::ValueId indices) {
  std::vector<std::size_t> found;
  std::vector<ir::ValueId> pending = {indices};
  std::set<std::uint32_t> met;
  while (!pending.empty()) {
    const ir::Value& value = graph.value(pending.back());
    pending.pop_back();
    if (!value.producer || !met.insert(value.producer->index).second) continue;
    const ir::Node& node = graph.node(*value.producer);
    if (node.op->name() == "Multiply") found.push_back(value.producer->index);
    if (KeepsNumbers(node)) pending.push_back(node.inputs[0]);
    if (node.op->name() == "Add" || node.op->name() == "Concat") {
      pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
    }
  }
  return found;
}

std::vector<SymbolId> ExtentsInValues(const ir::Graph& graph, const NumberFlow& flow, const ir::Node& node,
                                      const std::vector<FreeExtent>& extents,
                                      const std::function<bool(Dim)>& is_literal) {
  if (node.op->name() == "Convert" || !ComputesWithIntegers(graph, flow, node)) {
    return ExtentsInScale(graph, node, extents, is_literal);
  }
  std::vector<SymbolId> found;
  for (const FreeExtent& extent : extents) {
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      if (!MayBeIn(graph, node, input, extent.value, extents)) continue;
      found.push_back(extent.symbol);
      break;
    }
  }
  return found;
}

}  // namespace stepwell::converter
