#pragma once

#include <cstdint>

#include "stepwell/base/shape.h"

namespace stepwell::ops::select {

// The product of the extents of axes [begin, end) of a static shape that is known to fit memory.
constexpr std::int64_t NumElements(const Shape& shape, int begin, int end) {
  std::int64_t product = 1;
  for (int axis = begin; axis < end; ++axis) product *= shape[axis];
  return product;
}

}  // namespace stepwell::ops::select
