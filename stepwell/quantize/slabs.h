#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/lazy_bytes.h"

// Internal.
namespace stepwell::quantize {

// Some slabs of a tensor of fp32, one behind the other.
struct Slabs {
  std::int64_t first_element = 0;  // of the tensor
  std::span<const float> elements;
};

// Visits all slabs of `slab_elements` in order, an even number at once (except of the last), about four megabytes or
// one pair, so that a tensor that is not held is never whole in memory. Pages of mapped files are given back.
void ForSlabs(const LazyBytes& weights, std::int64_t slab_elements, FunctionRef<void(const Slabs&)> visit);

}  // namespace stepwell::quantize
