#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/slice.h"

namespace stepwell::ops::layout {
namespace {

// TensorFlow's masks are the bits of one integer.
std::vector<std::int64_t> MaskAttr(const ImportSite& site, std::string_view key, std::size_t length) {
  const auto bits = static_cast<std::uint64_t>(site.node.IntAttr(key, 0));
  std::vector<std::int64_t> mask;
  for (std::size_t i = 0; i < length; ++i) mask.push_back(i < 64 ? static_cast<std::int64_t>(bits >> i & 1) : 0);
  return mask;
}

std::size_t NumBegins(const ImportSite& site) {
  const Shape& begin = site.type(1).shape;
  if (begin.rank() != 1 || !begin.is_static()) {
    throw Error(ErrorKind::kInvalidModel, "the begin of '" + std::string(site.node.name()) +
                                              "' must be a vector of known length and is " + ToText(site.type(1)));
  }
  return AsSize(begin[0]);
}

// Behind the end of any axis, and far enough from the largest integer to be added to.
constexpr std::int64_t kBehindTheEnd = std::int64_t{1} << 62;

std::optional<std::vector<std::int64_t>> KnownInts(const ImportSite& site, int index) {
  const ir::ConstantData* constant = site.graph.constant(site.input(index));
  return constant == nullptr ? std::nullopt : constant->Ints();
}

// The input in 64 bits.
ir::ValueId Wide(const ImportSite& site, int index, std::string_view suffix) {
  if (site.type(index).dtype == DType::kI64) return site.input(index);
  if (const auto known = KnownInts(site, index)) return site.Ints(suffix, *known);
  return site.Add(suffix, elementwise::Convert(DType::kI64), {site.input(index)});
}

// begin + size, or behind the end where size is -1.
ir::ValueId Stop(const ImportSite& site, ir::ValueId begin) {
  auto size = KnownInts(site, 2);
  if (!size) {
    const ir::ValueId wide = Wide(site, 2, "size");
    const ir::ValueId sum = site.Add("sum", elementwise::Add(), {begin, wide});
    const ir::ValueId open = site.Add("open", elementwise::Less(), {wide, site.Int("zero", 0)});
    return site.Add("stop", elementwise::Select(), {open, site.Int("end", kBehindTheEnd), sum});
  }
  for (std::int64_t& extent : *size) extent = extent < 0 ? kBehindTheEnd : extent;
  const auto known = KnownInts(site, 1);
  if (!known) return site.Add("stop", elementwise::Add(), {begin, site.Ints("size", *std::move(size))});
  if (known->size() != size->size()) {
    throw Error(ErrorKind::kInvalidModel, "a slice has as many begins as sizes; '" + std::string(site.node.name()) +
                                              "' has " + std::to_string(known->size()) + " and " +
                                              std::to_string(size->size()));
  }
  for (std::size_t i = 0; i < known->size(); ++i) (*size)[i] = CheckedAdd((*size)[i], (*known)[i]);
  return site.Ints("stop", *std::move(size));
}

// TensorFlow refuses what IR would cut to fit: a part that does not lie inside.
void RequireInside(const ImportSite& site) {
  const auto begin = KnownInts(site, 1);
  const auto size = KnownInts(site, 2);
  const Shape& shape = site.type(0).shape;
  if (!begin || !size || !shape.has_rank()) return;
  const auto axes = std::min({begin->size(), size->size(), AsSize(shape.rank())});
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const Dim extent = shape[static_cast<int>(axis)];
    const std::int64_t first = (*begin)[axis];
    const std::int64_t count = std::max<std::int64_t>((*size)[axis], 0);
    if (first >= 0 && (extent == kDynamic || (first <= extent && count <= extent - first))) continue;
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} elements from {} on were asked for on axis {} of {}",
                                                      (*size)[axis], first, axis, ToText(site.type(0))));
  }
}

}  // namespace

std::vector<ir::ValueId> ImportSlice(const ImportSite& site) {
  RequireInside(site);
  const ir::ValueId begin = Wide(site, 1, "begin");
  const ir::ValueId stop = Stop(site, begin);
  std::vector<std::int64_t> axes(NumBegins(site));
  std::iota(axes.begin(), axes.end(), 0);
  const ir::ValueId step = site.Ints("step", std::vector<std::int64_t>(axes.size(), 1));
  return {site.Add("", Slice(), {site.input(0), begin, stop, step, site.Ints("axes", std::move(axes))})};
}

std::vector<ir::ValueId> ImportStridedSlice(const ImportSite& site) {
  const std::size_t length = NumBegins(site);
  StridedSlice op;
  op.begin_mask = MaskAttr(site, "begin_mask", length);
  op.end_mask = MaskAttr(site, "end_mask", length);
  op.new_axis_mask = MaskAttr(site, "new_axis_mask", length);
  op.shrink_axis_mask = MaskAttr(site, "shrink_axis_mask", length);
  op.ellipsis_mask = MaskAttr(site, "ellipsis_mask", length);
  return {site.Add("", std::move(op), {site.input(0), site.input(1), site.input(2), site.input(3)})};
}

}  // namespace stepwell::ops::layout
