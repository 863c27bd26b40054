#pragma once

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/tensor.h"

namespace stepwell::tests {

// Elements [first, first + count) of an axis.
template <class T>
Tensor Part(const Tensor& whole, int axis, Dim first, Dim count) {
  TensorType type = whole.type();
  Dim outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= type.shape[i];
  for (int i = axis + 1; i < type.shape.rank(); ++i) inner *= type.shape[i];
  const Dim extent = type.shape[axis];
  type.shape[axis] = count;
  Tensor part(type);
  for (Dim row = 0; row < outer; ++row) {
    const auto from = whole.as<T>().subspan(AsSize((row * extent + first) * inner), AsSize(count * inner));
    std::copy(from.begin(), from.end(), part.as<T>().begin() + row * count * inner);
  }
  return part;
}

}  // namespace stepwell::tests
