#include <fmt/format.h>

#include <algorithm>

#include "stepwell/converter/shapes/length_values.h"
#include "stepwell/converter/shapes/shape_probe.h"

namespace stepwell::converter {
namespace {

std::string PlaceOf(const ir::Node& node) { return fmt::format("node '{}' ({})", node.name, node.op->name()); }

// The axis of its data that the node reads by indices; nothing where it reads by several at once.
std::optional<int> IndexedAxis(const ir::Graph& graph, const ir::Node& node) {
  if (node.op->name() != "Gather" && node.op->name() != "GatherND") return std::nullopt;
  const int rank = graph.value(node.inputs[0]).type.shape.rank();
  if (node.op->name() == "GatherND") {
    const Shape& indices = graph.value(node.inputs[1]).type.shape;
    return rank > 0 && indices.rank() > 0 && indices[indices.rank() - 1] == 1 ? std::optional(0) : std::nullopt;
  }
  if (node.inputs.size() < 3 || rank < 1) return std::nullopt;
  const ir::ConstantData* constant = graph.constant(node.inputs[2]);
  const auto axis = constant == nullptr ? std::nullopt : constant->Ints();
  return axis && axis->size() == 1 ? std::optional(NormalizedAxis((*axis)[0], rank)) : std::nullopt;
}

}  // namespace

std::optional<ShapeConflict> ShapeProbe::ValueConflict(std::string place, const std::vector<SymbolId>& symbols) const {
  std::vector<SymbolId> involved;
  for (const SymbolId symbol : symbols) {
    const bool is_open = probed_.free_in_source.contains(symbols_.Root(symbol));
    if (!is_open && !symbols_.IsHard(symbol)) involved.push_back(symbol);
  }
  if (involved.empty()) return std::nullopt;
  return ShapeConflict{std::move(place), {}, {}, std::move(involved), {}, true};
}

std::optional<ShapeConflict> ShapeProbe::FixedRead(std::size_t index) const {
  const ir::Node& node = graph_.nodes()[index];
  if (auto conflict = FixedIndices(node)) return conflict;
  if (auto conflict = MergedRead(node)) return conflict;
  return FixedSlice(index);
}

// Constant indices into an axis read a fixed number of its elements: the axis is no free one, although no shape says
// so. One element alone may be read of any axis, unless it was the last.
std::optional<ShapeConflict> ShapeProbe::FixedIndices(const ir::Node& node) const {
  const auto axis = IndexedAxis(graph_, node);
  if (!axis || !probed_.flow.is_constant[node.inputs[1].index]) return std::nullopt;
  const auto expr = ExprOf(node.inputs[0], *axis);
  const Shape indices = ProbeShape(node.inputs[1]);
  if (!expr || expr->is_literal() || (indices.rank() == 1 && indices[0] == symbols_.Probe(*expr))) return std::nullopt;
  if (SourceShape(node.inputs[1]).num_elements() < 2) {
    const ir::ConstantData* constant = graph_.constant(node.inputs[1]);
    const auto element = constant == nullptr ? std::nullopt : constant->Ints();
    const Dim extent = SourceShape(node.inputs[0])[*axis];
    if (!element || element->empty() || extent < 2 || (*element)[0] != extent - 1) return std::nullopt;
  } else if (indices.rank() == 1) {
    const auto count = ExprOf(node.inputs[1], 0);
    if (count && !count->is_literal()) return ShapeConflict{PlaceOf(node), {{*expr, *count}}, {}, expr->symbols, {}};
  }
  return ValueConflict(PlaceOf(node), expr->symbols);
}

std::optional<ShapeConflict> ShapeProbe::FixedSlice(std::size_t index) const {
  const auto& site = probed_.sites[index];
  if (!site) return std::nullopt;
  const ir::Node& node = graph_.nodes()[index];
  for (const int axis : site->fixed_axes) {
    const auto expr = ExprOf(node.inputs[0], axis);
    if (!expr) continue;
    if (auto conflict = ValueConflict(PlaceOf(node), expr->symbols)) return conflict;
  }
  return std::nullopt;
}

// A place of a merged axis, batch * length, is found at row * length + place in the row: the factor is the length.
std::optional<ShapeConflict> ShapeProbe::MergedRead(const ir::Node& node) const {
  const auto axis = IndexedAxis(graph_, node);
  const auto expr = axis ? ExprOf(node.inputs[0], *axis) : std::nullopt;
  if (!expr || expr->symbols.size() < 2 || expr->constant != 1) return std::nullopt;
  const SymbolId row = symbols_.Root(expr->symbols.back());
  for (const std::size_t stride : StridesBehind(graph_, node.inputs[1])) {
    const auto soft = soft_.find({stride, 0});
    if (soft == soft_.end() || symbols_.IsHard(soft->second) || symbols_.Root(soft->second) == row) continue;
    if (symbols_.source_value(soft->second) != symbols_.source_value(row)) continue;
    const DimPair pair{{1, {row}}, {1, {symbols_.Root(soft->second)}}};
    return ShapeConflict{PlaceOf(node), {pair}, {}, {row}, {}};
  }
  return std::nullopt;
}

std::optional<ShapeConflict> ShapeProbe::ExtentInValue(const ir::Node& node) const {
  std::vector<FreeExtent> extents;
  for (std::size_t i = 0; i < probed_.input_symbols.size(); ++i) {
    const bool may_scale = probed_.input_symbols[i].size() < 4;
    for (const auto& symbol : probed_.input_symbols[i]) {
      if (!symbol || symbols_.IsHard(*symbol) || probed_.free_in_source.contains(symbols_.Root(*symbol))) continue;
      extents.push_back({symbols_.Root(*symbol), symbols_.source_value(*symbol), may_scale});
    }
  }
  const auto is_literal = [&](Dim extent) { return IsLiteralExtent(extent); };
  return ValueConflict(PlaceOf(node) + ", a constant of which may have been computed from it,",
                       ExtentsInValues(graph_, probed_.flow, node, extents, is_literal));
}

bool ShapeProbe::IsLiteralExtent(Dim extent) const {
  for (std::uint32_t i = 0; i < mapped_.size(); ++i) {
    if (!mapped_[i]) continue;
    const Shape source = SourceShape(ir::ValueId{i});
    for (int axis = 0; axis < source.rank(); ++axis) {
      if (source[axis] == extent && ProbeShape(ir::ValueId{i})[axis] == extent) return true;
    }
  }
  return false;
}

}  // namespace stepwell::converter
