#include "stepwell/converter/shapes/shape_site.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "stepwell/ops/layout/slice.h"

namespace stepwell::converter {
namespace {

using ops::layout::SlicedAxis;

struct ShapeInput {
  std::string_view op;
  std::size_t input;
};
constexpr std::array kShapeInputs = {ShapeInput{"Reshape", 1},     ShapeInput{"Range", 1},  ShapeInput{"Broadcast", 1},
                                     ShapeInput{"Tile", 1},        ShapeInput{"OneHot", 1}, ShapeInput{"Slice", 2},
                                     ShapeInput{"StridedSlice", 2}};

std::optional<std::vector<std::int64_t>> KnownInts(const ir::Graph& graph, const ir::Node& node, std::size_t input) {
  if (input >= node.inputs.size()) return std::nullopt;
  if (const ir::ConstantData* constant = graph.constant(node.inputs[input])) return constant->Ints();
  const auto& computed = graph.value(node.inputs[input]).ints;
  if (!computed) return std::nullopt;
  std::vector<std::int64_t> known;
  for (const auto& element : *computed) {
    if (!element) return std::nullopt;
    known.push_back(*element);
  }
  return known;
}

std::vector<SlicedAxis> SlicedAxesOf(const ir::Graph& graph, const ir::Node& node, std::size_t count) {
  const int rank = graph.value(node.inputs[0]).type.shape.rank();
  if (const auto* slice = ir::As<ops::layout::Slice>(*node.op)) {
    return slice->Axes(rank, count, KnownInts(graph, node, 4));
  }
  const auto* strided = ir::As<ops::layout::StridedSlice>(*node.op);
  return strided == nullptr ? std::vector<SlicedAxis>{} : strided->Axes(rank, count);
}

// One axis of a slice, with its bounds in the source.
struct SliceOfAxis {
  SlicedAxis sliced;
  Dim extent = 0;
  std::optional<std::int64_t> start;
  std::int64_t stop = 0;
  bool every_one = false;

  // A slice whose stop may have been a dimension takes the first elements, every one of them.
  bool TakesFirst() const { return sliced.open_start || (start && *start == 0); }
  // A stop at the end of the data, behind elements that are left out.
  bool TakesRest() const { return every_one && start && *start > 0 && stop == extent; }
  bool TakesFixed() const {
    if (!start || *start < 0) return false;
    if (sliced.kind == SlicedAxis::Kind::kIndex) return *start > 0 && *start + 1 == extent;
    const bool ends_inside = !sliced.open_stop && stop > 0 && stop < extent;
    return ends_inside && (stop - *start > 1 || stop + 1 == extent);
  }
};

void MarkStops(const ir::Graph& graph, const ir::Node& node, ShapeSite& site) {
  const auto starts = KnownInts(graph, node, 1);
  const auto steps = node.inputs.size() > 3 ? KnownInts(graph, node, 3) : std::vector<std::int64_t>{};
  const Shape& data = graph.value(node.inputs[0]).type.shape;
  if (!data.has_rank() || !steps) return;
  site.is_end.resize(site.numbers.size());
  for (const SlicedAxis& sliced : SlicedAxesOf(graph, node, site.numbers.size())) {
    const std::size_t entry = sliced.entry;
    const bool is_bounded = sliced.kind == SlicedAxis::Kind::kRange || sliced.kind == SlicedAxis::Kind::kIndex;
    if (!is_bounded || entry >= site.numbers.size()) continue;
    SliceOfAxis slice{sliced, data[sliced.axis], std::nullopt, site.numbers[entry], false};
    if (sliced.open_start) slice.start = 0;
    if (!sliced.open_start && starts && entry < starts->size()) slice.start = (*starts)[entry];
    slice.every_one = entry >= steps->size() || (*steps)[entry] == 1;
    if (slice.TakesFixed()) site.fixed_axes.push_back(sliced.axis);
    if (sliced.kind == SlicedAxis::Kind::kIndex || sliced.open_stop) continue;
    site.is_end[entry] = slice.TakesRest();
    site.may_vary[entry] = site.is_end[entry] || (slice.TakesFirst() && slice.every_one && slice.stop > 1);
    if (site.may_vary[entry]) site.sliced_axis[entry] = sliced.axis;
  }
}

// Integers in a row are axes, orders and shapes themselves, as a rule.
std::optional<ShapeSite> UniformConstant(const ir::ConstantData& constant) {
  const bool is_row_of_integers = constant.type.shape.rank() == 1 && IsInteger(constant.type.dtype);
  if (constant.num_elements() < 2 || is_row_of_integers || !constant.UniformValue()) return std::nullopt;
  ShapeSite site;
  for (const Dim dim : constant.type.shape.dims()) {
    site.numbers.push_back(dim);
    site.may_vary.push_back(dim > 1);
  }
  site.sliced_axis.resize(site.numbers.size());
  return site;
}

}  // namespace

std::optional<std::size_t> ShapeInputOf(const ir::Node& node) {
  for (const ShapeInput& row : kShapeInputs) {
    if (row.op == node.op->name() && node.inputs.size() > row.input) return row.input;
  }
  return std::nullopt;
}

std::optional<ShapeSite> ShapeSiteOf(const ir::Graph& graph, const ir::Node& node) {
  if (const auto* constant = ir::As<ir::Constant>(*node.op)) return UniformConstant(constant->data);
  const auto input = ShapeInputOf(node);
  auto numbers = input ? KnownInts(graph, node, *input) : std::nullopt;
  if (!numbers) return std::nullopt;
  ShapeSite site{input, *std::move(numbers), {}, {}};
  const bool is_slice = node.op->name() == "Slice" || node.op->name() == "StridedSlice";
  site.may_vary.assign(site.numbers.size(), !is_slice);
  site.sliced_axis.resize(site.numbers.size());
  if (is_slice) MarkStops(graph, node, site);
  return site;
}

}  // namespace stepwell::converter
