#include "stepwell/base/half.h"

#include <bit>
#include <cmath>

namespace stepwell {
namespace {

constexpr int kHalfMantissaBits = 10;
constexpr std::uint32_t kHalfExponentMask = 0x1F;
constexpr std::uint16_t kHalfInfinity = 0x7C00;
constexpr std::uint16_t kHalfQuietNan = 0x7E00;
constexpr float kHalfTooLarge = 65520.0F;                      // from here the nearest half is infinity
constexpr float kHalfSmallestNormal = 6.103515625e-05F;        // 2^-14
constexpr float kHalfSubnormalsPerOne = 16777216.0F;           // 2^24
constexpr std::uint32_t kHalfExponentBias = (127 - 15) << 23;  // between the biased exponents of the two formats
constexpr int kMantissaBitsLost = 23 - kHalfMantissaBits;

// `bits` without its lowest `count` bits, rounded to nearest even.
std::uint32_t ShiftRounded(std::uint32_t bits, int count) {
  const std::uint32_t half = 1U << (count - 1);
  const std::uint32_t is_odd = (bits >> count) & 1U;
  return (bits + half - 1 + is_odd) >> count;
}

std::uint16_t MagnitudeToHalf(float magnitude) {
  if (std::isnan(magnitude)) return kHalfQuietNan;
  if (magnitude >= kHalfTooLarge) return kHalfInfinity;
  if (magnitude < kHalfSmallestNormal) {
    return static_cast<std::uint16_t>(std::nearbyint(magnitude * kHalfSubnormalsPerOne));
  }
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(magnitude) - kHalfExponentBias;
  return static_cast<std::uint16_t>(ShiftRounded(bits, kMantissaBitsLost));
}

}  // namespace

float HalfToFloat(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> kHalfMantissaBits) & kHalfExponentMask;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) / kHalfSubnormalsPerOne;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == kHalfExponentMask ? 0xFFU : exponent + (127 - 15);
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << kMantissaBitsLost));
}

std::uint16_t FloatToHalf(float value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  return static_cast<std::uint16_t>(sign | MagnitudeToHalf(std::abs(value)));
}

float BFloat16ToFloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

std::uint16_t FloatToBFloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>((bits >> 16) | 0x40U);
  return static_cast<std::uint16_t>(ShiftRounded(bits, 16));
}

}  // namespace stepwell
