#include "stepwell/ops/layout/slicing.h"

#include <fmt/format.h>

#include <algorithm>

namespace stepwell::ops::layout {
namespace {

std::optional<std::int64_t> Entry(const ir::InferContext& inputs, int input, std::size_t entry) {
  const auto elements = inputs.partial_ints(input);
  if (!elements) return std::nullopt;
  if (entry >= elements->size()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} has {} elements and element {} is needed", input, elements->size(), entry));
  }
  return (*elements)[entry];
}

SliceBounds KnownBounds(const ir::InferContext& inputs, const SlicedAxis& sliced) {
  return {.start = Entry(inputs, 1, sliced.entry),
          .stop = Entry(inputs, 2, sliced.entry),
          .step = inputs.has(3) ? Entry(inputs, 3, sliced.entry) : 1};
}

// Whether the bounds decide the count (given an extent).
bool Decides(const SlicedAxis& sliced, const SliceBounds& bounds) {
  if (sliced.kind == SlicedAxis::Kind::kIndex) return bounds.start.has_value();
  return bounds.step && (sliced.open_start || bounds.start) && (sliced.open_stop || bounds.stop);
}

Dim RangeExtent(const SlicedAxis& sliced, const SliceBounds& bounds, Dim extent) {
  if (extent != kDynamic && Decides(sliced, bounds)) return ResolveSlice(sliced, bounds, extent).count;
  const bool from_first = sliced.open_start || bounds.start == 0;
  return from_first && sliced.open_stop && bounds.step == 1 ? extent : kDynamic;
}

std::int64_t Clamped(std::int64_t bound, Dim extent, std::int64_t low, std::int64_t high) {
  if (bound < 0) bound = std::max(bound, -extent - 1) + extent;  // no overflow for the smallest integers
  return std::clamp(bound, low, high);
}

ResolvedSlice ResolveIndex(std::int64_t index, Dim extent) {
  if (index < -extent || index >= extent) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("index {} is outside an axis of extent {}", index, extent));
  }
  return {.first = index < 0 ? index + extent : index, .count = 1, .step = 1};
}

}  // namespace

ResolvedSlice ResolveSlice(const SlicedAxis& sliced, const SliceBounds& bounds, Dim extent) {
  if (sliced.kind == SlicedAxis::Kind::kWhole) return {.first = 0, .count = extent, .step = 1};
  if (sliced.kind == SlicedAxis::Kind::kIndex) return ResolveIndex(bounds.start.value(), extent);
  const std::int64_t step = bounds.step.value();
  if (step == 0) throw Error(ErrorKind::kInvalidModel, "a slice has step 0");
  const bool forward = step > 0;
  const std::int64_t low = forward ? 0 : -1;
  const std::int64_t high = forward ? extent : extent - 1;
  const std::int64_t first = sliced.open_start ? (forward ? low : high) : Clamped(*bounds.start, extent, low, high);
  const std::int64_t last = sliced.open_stop ? (forward ? high : low) : Clamped(*bounds.stop, extent, low, high);
  const std::int64_t distance = forward ? last - first : first - last;
  if (distance <= 0) return {.first = 0, .count = 0, .step = step};
  // In unsigned numbers the smallest step has an absolute value too.
  const std::uint64_t stride = forward ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  const auto count = static_cast<std::int64_t>((static_cast<std::uint64_t>(distance) - 1) / stride + 1);
  return {.first = first, .count = count, .step = step};
}

Shape SlicedShape(const ir::InferContext& inputs, const std::vector<SlicedAxis>& axes) {
  Shape shape;
  for (const SlicedAxis& sliced : axes) {
    if (sliced.kind == SlicedAxis::Kind::kNew) {
      shape.Append(1);
      continue;
    }
    const Dim extent = inputs.shape(0)[sliced.axis];
    if (sliced.kind == SlicedAxis::Kind::kWhole) {
      shape.Append(extent);
    } else if (sliced.kind == SlicedAxis::Kind::kRange) {
      shape.Append(RangeExtent(sliced, KnownBounds(inputs, sliced), extent));
    } else if (const SliceBounds bounds = KnownBounds(inputs, sliced); extent != kDynamic && bounds.start) {
      ResolveSlice(sliced, bounds, extent);  // refuses an index outside
    }
  }
  return shape;
}

std::optional<ir::PartialInts> SlicedInts(const ir::InferContext& inputs, const std::vector<SlicedAxis>& axes) {
  const auto data = inputs.partial_ints(0);
  if (!data || inputs.shape(0).rank() != 1) return std::nullopt;
  for (const SlicedAxis& sliced : axes) {
    if (sliced.kind == SlicedAxis::Kind::kNew) continue;
    if (sliced.kind == SlicedAxis::Kind::kWhole) return data;
    const SliceBounds bounds = KnownBounds(inputs, sliced);
    if (!Decides(sliced, bounds)) return std::nullopt;
    const ResolvedSlice slice = ResolveSlice(sliced, bounds, static_cast<Dim>(data->size()));
    ir::PartialInts taken;
    for (std::int64_t i = 0; i < slice.count; ++i) taken.push_back((*data)[AsSize(slice.first + i * slice.step)]);
    return taken;
  }
  return std::nullopt;
}

}  // namespace stepwell::ops::layout
