#pragma once

#include <cstddef>
#include <cstdint>

#include "stepwell/base/error.h"

namespace stepwell {

// Arithmetic on sizes that come from files: overflow is an error of the file, never a wrapped number.
template <class Integer>
Integer CheckedMul(Integer a, Integer b) {
  Integer product{};
  if (__builtin_mul_overflow(a, b, &product)) throw Error(ErrorKind::kInvalidModel, "a size overflows when multiplied");
  return product;
}

template <class Integer>
Integer CheckedAdd(Integer a, Integer b) {
  Integer sum{};
  if (__builtin_add_overflow(a, b, &sum)) throw Error(ErrorKind::kInvalidModel, "a size overflows when added");
  return sum;
}

// A dimension or an index as a size. Negative values are our bug.
inline std::size_t AsSize(std::int64_t value) {
  STEPWELL_CHECK(value >= 0);
  return static_cast<std::size_t>(value);
}

}  // namespace stepwell
