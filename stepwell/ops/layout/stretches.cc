#include "stepwell/ops/layout/stretches.h"

#include <array>

namespace stepwell::ops::layout {
namespace {

// The elements before and behind an axis, counted.
struct Around {
  std::int64_t outer = 1;
  std::int64_t inner = 1;
};

Around AroundAxis(const Shape& shape, int axis) {
  Around around;
  for (int i = 0; i < axis; ++i) around.outer *= shape[i];
  for (int i = axis + 1; i < shape.rank(); ++i) around.inner *= shape[i];
  return around;
}

}  // namespace

kernels::StridedCopy TakeStretch(const Shape& whole, int axis, const stepwell::Range& stretch) {
  const auto [outer, inner] = AroundAxis(whole, axis);
  const std::int64_t part = (stretch.end - stretch.begin) * inner;
  const std::array<kernels::StridedCopy::Axis, 2> axes{{{outer, whole[axis] * inner, part}, {part, 1, 1}}};
  return kernels::StridedCopy(axes, stretch.begin * inner, 0);
}

kernels::StridedCopy PutStretch(const Shape& whole, int axis, const stepwell::Range& stretch) {
  const auto [outer, inner] = AroundAxis(whole, axis);
  const std::int64_t part = (stretch.end - stretch.begin) * inner;
  const std::array<kernels::StridedCopy::Axis, 2> axes{{{outer, part, whole[axis] * inner}, {part, 1, 1}}};
  return kernels::StridedCopy(axes, 0, stretch.begin * inner);
}

}  // namespace stepwell::ops::layout
