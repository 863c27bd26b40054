#include "stepwell/ops/layout/slice.h"

#include <fmt/format.h>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::layout {
namespace {

// How many integers the starts are, where that and the rank of data are known.
std::optional<std::size_t> NumStarts(const ir::InferContext& inputs) {
  const auto starts = inputs.partial_ints(1);
  return starts && inputs.shape(0).has_rank() ? std::optional(starts->size()) : std::nullopt;
}

void RequireAsMany(const ir::InferContext& inputs, int input, std::size_t count) {
  const auto found = inputs.partial_ints(input);
  if (!found || found->size() == count) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{} starts and {} {}", count, found->size(), input == 2 ? "stops" : "steps"));
}

std::optional<std::vector<SlicedAxis>> KnownAxes(const ir::InferContext& inputs) {
  const auto count = NumStarts(inputs);
  if (!count) return std::nullopt;
  for (const int input : {2, 3}) RequireAsMany(inputs, input, *count);
  if (!inputs.has(4)) return Slice::Axes(inputs.shape(0).rank(), *count, std::nullopt);
  const auto axes = inputs.ints(4);
  if (!axes) return std::nullopt;
  return Slice::Axes(inputs.shape(0).rank(), *count, axes);
}

std::optional<std::vector<SlicedAxis>> KnownAxes(const StridedSlice& op, const ir::InferContext& inputs) {
  const auto count = NumStarts(inputs);
  return count ? std::optional(op.Axes(inputs.shape(0).rank(), *count)) : std::nullopt;
}

bool IsSet(const std::vector<std::int64_t>& mask, std::size_t entry) { return entry < mask.size() && mask[entry] != 0; }

void AppendWhole(std::vector<SlicedAxis>& axes, int& axis, int count) {
  for (int i = 0; i < count; ++i) axes.push_back({.kind = SlicedAxis::Kind::kWhole, .axis = axis++});
}

}  // namespace

std::vector<SlicedAxis> Slice::Axes(int rank, std::size_t count, const std::optional<std::vector<std::int64_t>>& axes) {
  if (count > AsSize(rank) || (axes && axes->size() != count)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} starts for {} axes of data of rank {}", count, axes ? axes->size() : count, rank));
  }
  std::vector<SlicedAxis> sliced;
  int next = 0;
  AppendWhole(sliced, next, rank);
  if (axes) NormalizedAxes(*axes, rank);  // refuses an axis named twice
  for (std::size_t entry = 0; entry < count; ++entry) {
    const int axis = axes ? NormalizedAxis((*axes)[entry], rank) : static_cast<int>(entry);
    sliced[AsSize(axis)] = {.kind = SlicedAxis::Kind::kRange, .axis = axis, .entry = entry};
  }
  return sliced;
}

std::vector<TensorType> Slice::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(4, 5);
  const auto axes = KnownAxes(inputs);
  if (axes) return {{inputs.dtype(0), SlicedShape(inputs, *axes)}};
  const Shape& data = inputs.shape(0);
  return {{inputs.dtype(0), data.has_rank() ? Shape::Filled(data.rank(), kDynamic) : data}};
}

std::optional<ir::PartialInts> Slice::InferInts(const ir::InferContext& inputs) const {
  const auto axes = KnownAxes(inputs);
  return axes ? SlicedInts(inputs, *axes) : std::nullopt;
}

std::vector<SlicedAxis> StridedSlice::Axes(int rank, std::size_t count) const {
  int taken = 0;  // axes of data that an element of begin speaks of
  for (std::size_t entry = 0; entry < count; ++entry) {
    if (!IsSet(ellipsis_mask, entry) && !IsSet(new_axis_mask, entry)) ++taken;
  }
  if (taken > rank) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} axes are sliced and data has {}", taken, rank));
  }
  std::vector<SlicedAxis> axes;
  int axis = 0;
  int left = rank - taken;  // for the ellipsis, or for the end
  for (std::size_t entry = 0; entry < count; ++entry) {
    if (IsSet(ellipsis_mask, entry)) {
      AppendWhole(axes, axis, left);
      left = 0;
    } else if (IsSet(new_axis_mask, entry)) {
      axes.push_back({.kind = SlicedAxis::Kind::kNew});
    } else {
      const bool shrinks = IsSet(shrink_axis_mask, entry);
      axes.push_back({.kind = shrinks ? SlicedAxis::Kind::kIndex : SlicedAxis::Kind::kRange,
                      .axis = axis++,
                      .entry = entry,
                      .open_start = !shrinks && IsSet(begin_mask, entry),
                      .open_stop = !shrinks && IsSet(end_mask, entry)});
    }
  }
  AppendWhole(axes, axis, left);
  return axes;
}

std::vector<TensorType> StridedSlice::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3, 4);
  const auto axes = KnownAxes(*this, inputs);
  return {{inputs.dtype(0), axes ? SlicedShape(inputs, *axes) : Shape::UnknownRank()}};
}

std::optional<ir::PartialInts> StridedSlice::InferInts(const ir::InferContext& inputs) const {
  const auto axes = KnownAxes(*this, inputs);
  return axes ? SlicedInts(inputs, *axes) : std::nullopt;
}

}  // namespace stepwell::ops::layout
