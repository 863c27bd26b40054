#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "stepwell/base/dtype.h"

namespace stepwell::ops::elementwise {

// The low bits of `value` that an integer type holds, as that type reads them; other types leave it alone.
std::int64_t CutToWidth(DType dtype, std::int64_t value);

// One element in another type, by the rules of Convert.
template <class To, class From>
To ElementCast(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // The bounds as floats may be one beyond the integers' own, hence >= and <=.
    if (std::isnan(value)) return 0;
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  }
  return static_cast<To>(value);
}

}  // namespace stepwell::ops::elementwise
