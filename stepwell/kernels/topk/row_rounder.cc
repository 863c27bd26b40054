#include "stepwell/kernels/topk/row_rounder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kGroup = NibblePanel::kGroup;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kMostMultiplier = 255;
constexpr float kCellsOfHalf = 8;     // of four bits, on either side of zero
constexpr float kMiddleOf4 = 7.5F;    // of the codes u
constexpr float kMiddleOf8 = 127.5F;  // of the codes 16 u + v
constexpr float kSmallCells = 16;     // of eight bits in each of four

// Squares of fp32 are added up 32 at a time in fp32: each sum is off by 2^-18 of itself at most, and so is a norm by
// less.
constexpr double kNormUp = 1 + 0x1p-12;
// Steps, stand-ins and differences are rounded by 2^-24 of the weight or of its stand-in, three times at most; squares
// that underflow are below 2^-63 of the largest weight.
constexpr double kErrorPerNorm = 0x1p-20;

float LargestOf(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

// At least `value`, however it is rounded.
float FloatAbove(double value) {
  if (!(value < static_cast<double>(std::numeric_limits<float>::max()))) return kInfinity;
  return std::nextafter(static_cast<float>(value), kInfinity);
}

}  // namespace

RowRounder::RowRounder(std::int64_t inputs)
    : inputs_(inputs),
      values_(AsSize((inputs + kGroup - 1) / kGroup * kGroup)),
      codes_(values_.size()),
      multipliers_(values_.size() / AsSize(kGroup)) {}

RoundedRowFacts RowRounder::Round(const std::byte* row) {
  std::memcpy(values_.data(), row, AsSize(inputs_) * sizeof(float));
  std::fill(codes_.begin(), codes_.end(), std::uint8_t{0});
  std::fill(multipliers_.begin(), multipliers_.end(), std::uint8_t{0});
  // Max() forgets NaN, a sum of magnitudes does not.
  float magnitudes = 0;
  for (const float value : values_) magnitudes += std::abs(value) * 0x1p-64F;
  const float largest = LargestOf(values_);
  if (largest == 0 && magnitudes == 0) return {};
  if (!std::isfinite(magnitudes)) return LeaveOut(false);
  if (largest < 0x1p-100F || largest > 0x1p100F) return LeaveOut(true);

  const int exponent = std::ilogb(largest) + 1;
  ScaleBy(-exponent);
  const float unit = std::ldexp(largest, -exponent) / (kCellsOfHalf * kMostMultiplier);
  Norms sum;
  for (std::int64_t group = 0; group < std::ssize(multipliers_); ++group) {
    const float step = LargestOf(std::span(values_).subspan(AsSize(group * kGroup), AsSize(kGroup))) / kCellsOfHalf;
    const float multiplier = std::min(std::ceil(step / unit), kMostMultiplier);
    multipliers_[AsSize(group)] = static_cast<std::uint8_t>(multiplier);
    const Norms norms = RoundGroup(group, unit * multiplier);
    sum.weights += norms.weights;
    sum.rounded4 += norms.rounded4;
    sum.rounded8 += norms.rounded8;
    sum.error4 += norms.error4;
    sum.error8 += norms.error8;
  }
  const double norm = std::sqrt(std::max({sum.weights, sum.rounded4, sum.rounded8})) * kNormUp;
  const auto error = [&](double squares) { return std::sqrt(squares) * kNormUp + norm * kErrorPerNorm; };
  return {.unit = std::ldexp(unit, exponent),
          .error4 = FloatAbove(std::ldexp(error(sum.error4), exponent)),
          .error8 = FloatAbove(std::ldexp(error(sum.error8), exponent)),
          .norm = FloatAbove(std::ldexp(norm, exponent))};
}

RowRounder::Norms RowRounder::RoundGroup(std::int64_t group, float step) {
  const float* values = values_.data() + group * kGroup;
  std::uint8_t* codes = codes_.data() + group * kGroup;
  const float small_step = step / kSmallCells;
  const float per_small_step = step == 0 ? 0 : 1 / small_step;
  float weights = 0, rounded4 = 0, rounded8 = 0, error4 = 0, error8 = 0;
  for (std::int64_t k = 0; k < kGroup; ++k) {
    const float cell = std::clamp(values[k] * per_small_step + 128.0F, 0.0F, 255.0F);
    const auto code = static_cast<std::int32_t>(cell);
    codes[k] = static_cast<std::uint8_t>(code);
    const float in4 = step * (static_cast<float>(code >> 4) - kMiddleOf4);
    const float in8 = small_step * (static_cast<float>(code) - kMiddleOf8);
    weights += values[k] * values[k];
    rounded4 += in4 * in4;
    rounded8 += in8 * in8;
    error4 += (values[k] - in4) * (values[k] - in4);
    error8 += (values[k] - in8) * (values[k] - in8);
  }
  return {weights, rounded4, rounded8, error4, error8};
}

RoundedRowFacts RowRounder::LeaveOut(bool is_finite) {
  double squares = 0;
  for (const float value : values_) squares += static_cast<double>(value) * static_cast<double>(value);
  const float norm = is_finite ? FloatAbove(std::sqrt(squares) * kNormUp) : kInfinity;
  return {.unit = 0, .error4 = norm, .error8 = norm, .norm = norm};
}

void RowRounder::ScaleBy(int exponent) {
  // In two factors: one alone may be beyond the range of float.
  const float first = std::ldexp(1.0F, exponent / 2);
  const float second = std::ldexp(1.0F, exponent - exponent / 2);
  for (float& value : values_) value = value * first * second;
}

}  // namespace stepwell::kernels
