#pragma once

#include <span>

#include "stepwell/base/dtype.h"

// Internal.
namespace stepwell::quantize {

struct IntegerFormat {
  float largest;                  // value
  std::span<const float> shares;  // of the largest magnitude, tried for the largest value; the first is 1
};

// Of kI8 or kI4.
IntegerFormat IntegerFormatOf(DType dtype);

// The scale that makes the largest value stand for this share of a magnitude; never below the least normal number.
float ScaleFor(float magnitude, float share, const IntegerFormat& format);

// To even, for magnitudes below 2^22: without a call, so that loops become vector code.
inline float Nearest(float value) {
  constexpr float kUnitsBegin = 12582912;  // 1.5 * 2^23: numbers here have no fraction
  return (value + kUnitsBegin) - kUnitsBegin;
}

// The value, a whole number, that stands for `weight`.
inline float ValueOf(float weight, float scale, float largest) {
  const float nearest = Nearest(weight / scale);
  return nearest < -largest ? -largest : nearest > largest ? largest : nearest;
}

// Two values of 4 bits to a byte, the first in the low half.
void PackNibbles(std::span<const std::byte> values, std::span<std::byte> packed);

}  // namespace stepwell::quantize
