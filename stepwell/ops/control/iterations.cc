#include "stepwell/ops/control/iterations.h"

#include <fmt/format.h>

#include <algorithm>

namespace stepwell::ops::control {
namespace {

using Slicing = ir::SubgraphOp::Slicing;

// The lowest element and the one behind the highest.
stepwell::Range Covered(const Slicing& slicing, Dim extent) {
  const std::int64_t start = slicing.start < 0 ? slicing.start + extent : slicing.start;
  const std::int64_t end = slicing.end < 0 ? slicing.end + extent : slicing.end;
  const auto [low, high] = std::minmax(start, end);
  const bool forward = slicing.stride > 0;
  if (low < 0 || high >= extent || (forward ? start > end : start < end)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("slices from {} to {} by {} do not lie in an extent of {}",
                                                      slicing.start, slicing.end, slicing.stride, extent));
  }
  return {low, high + 1};
}

}  // namespace

Dim NumSlices(const Slicing& slicing, Dim extent) {
  if (slicing.part_size < 1 || (slicing.stride != slicing.part_size && slicing.stride != -slicing.part_size)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("slices of {} elements every {} elements are not supported: they must follow each other",
                            slicing.part_size, slicing.stride));
  }
  if (extent == kDynamic || extent == 0) return extent;
  const stepwell::Range covered = Covered(slicing, extent);
  if ((covered.end - covered.begin) % slicing.part_size != 0) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} elements are not cut into slices of {}",
                                                      covered.end - covered.begin, slicing.part_size));
  }
  return (covered.end - covered.begin) / slicing.part_size;
}

stepwell::Range SliceOf(const Slicing& slicing, Dim extent, Dim iteration, Dim count) {
  const stepwell::Range covered = Covered(slicing, extent);
  const Dim place = slicing.stride > 0 ? iteration : count - 1 - iteration;
  const Dim begin = covered.begin + place * slicing.part_size;
  return {begin, begin + slicing.part_size};
}

}  // namespace stepwell::ops::control
