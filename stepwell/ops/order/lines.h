#pragma once

#include <cstdint>

#include "stepwell/base/shape.h"

namespace stepwell::ops::order {

// A dense tensor as lines along one axis: element i of line (outer, inner) stands at (outer * length + i) * inner_size
// + inner.
struct Lines {
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;

  static Lines Along(const Shape& shape, int axis) {
    Lines lines{.length = shape[axis]};
    for (int i = 0; i < axis; ++i) lines.outer *= shape[i];
    for (int i = axis + 1; i < shape.rank(); ++i) lines.inner *= shape[i];
    return lines;
  }

  // Calls visit(offset of the line's first element); its elements are `inner` apart.
  template <class Visit>
  void ForEach(Visit&& visit) const {
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) visit(o * length * inner + i);
    }
  }
};

}  // namespace stepwell::ops::order
