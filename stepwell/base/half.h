#pragma once

#include <cstdint>

namespace stepwell {

// The 16-bit float formats as their bits: IEEE 754 binary16 and bfloat16. To 16 bits, the nearest value is taken, the
// even one of two; what is too large becomes infinity; NaN stays NaN.
float HalfToFloat(std::uint16_t half);
std::uint16_t FloatToHalf(float value);
float BFloat16ToFloat(std::uint16_t bits);
std::uint16_t FloatToBFloat16(float value);

}  // namespace stepwell
