#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::layout {

// What Slice and StridedSlice have in common: how each axis of the result comes from the data. Bounds follow Python's
// slices: negative ones count from the end, what lies outside is clamped.
struct SlicedAxis {
  enum class Kind : std::uint8_t {
    kWhole,  // the axis as it is
    kRange,  // from start to stop by step
    kIndex,  // the element at start; the axis goes
    kNew,    // an axis of extent 1 that the data does not have
  };
  Kind kind = Kind::kWhole;
  int axis = 0;             // of the data; none for kNew
  std::size_t entry = 0;    // which elements of the start, stop and step inputs speak of it; none for kWhole and kNew
  bool open_start = false;  // whatever start says, from the first element (the last, for a negative step)
  bool open_stop = false;
};

// The start, stop and step of one axis; nothing where not known.
struct SliceBounds {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> stop;
  std::optional<std::int64_t> step;
};

// The elements first, first + step, … of an axis.
struct ResolvedSlice {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t step = 1;
};

// Bounds that are all known (open ones may be absent) on an axis of that extent. Throws Error(kInvalidModel) for a step
// of 0 and for an index outside the extent.
ResolvedSlice ResolveSlice(const SlicedAxis& sliced, const SliceBounds& bounds, Dim extent);

// Types and known integers of the result; start, stop and (where there is one) step are inputs 1, 2 and 3.
Shape SlicedShape(const ir::InferContext& inputs, const std::vector<SlicedAxis>& axes);
std::optional<ir::PartialInts> SlicedInts(const ir::InferContext& inputs, const std::vector<SlicedAxis>& axes);

}  // namespace stepwell::ops::layout
