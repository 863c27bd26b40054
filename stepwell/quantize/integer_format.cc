#include "stepwell/quantize/integer_format.h"

#include <algorithm>
#include <array>
#include <limits>

#include "stepwell/base/error.h"

namespace stepwell::quantize {

IntegerFormat IntegerFormatOf(DType dtype) {
  static constexpr std::array kWhole = {1.0F};
  static constexpr std::array kShares = {1.0F, 0.95F, 0.9F, 0.85F, 0.8F, 0.75F, 0.7F};
  STEPWELL_CHECK(dtype == DType::kI8 || dtype == DType::kI4);
  return dtype == DType::kI8 ? IntegerFormat{127, kWhole} : IntegerFormat{7, kShares};
}

float ScaleFor(float magnitude, float share, const IntegerFormat& format) {
  return std::max(magnitude / format.largest * share, std::numeric_limits<float>::min());
}

void PackNibbles(std::span<const std::byte> values, std::span<std::byte> packed) {
  constexpr std::byte kLowHalf{0xF};
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
    packed[i / 2] = (values[i] & kLowHalf) | (values[i + 1] & kLowHalf) << 4;
  }
  if (values.size() % 2 != 0) packed[values.size() / 2] = values.back() & kLowHalf;
}

}  // namespace stepwell::quantize
