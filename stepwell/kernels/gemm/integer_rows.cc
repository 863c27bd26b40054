#include "stepwell/kernels/gemm/integer_rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kFour = 4;
constexpr std::int64_t kAlignment = 64;

std::int64_t RoundUp(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

std::int64_t GroupsOf(std::int64_t inputs, std::int64_t inputs_per_scale) {
  return (inputs + inputs_per_scale - 1) / inputs_per_scale;
}
// Each group may need three places more.
std::int64_t StrideOf(std::int64_t inputs, std::int64_t inputs_per_scale) {
  return RoundUp(inputs + 3 * GroupsOf(inputs, inputs_per_scale), kAlignment);
}

struct Extremes {
  float lowest = 0;
  float highest = 0;
  bool are_finite = true;
};

Extremes ExtremesOf(const float* row, std::int64_t inputs) {
  Extremes extremes;
  std::uint32_t largest_bits = 0;  // of the magnitudes: in the order of the numbers, infinity and NaN last
  for (std::int64_t k = 0; k < inputs; ++k) {
    largest_bits = std::max(largest_bits, std::bit_cast<std::uint32_t>(row[k]) & 0x7FFFFFFFU);
    extremes.lowest = std::min(extremes.lowest, row[k]);
    extremes.highest = std::max(extremes.highest, row[k]);
  }
  extremes.are_finite = largest_bits < 0x7F800000U;
  return extremes;
}

// To the nearest, ties to even: the sum has no room for a fraction. For magnitudes below 2^22.
float Rounded(float value) {
  constexpr float kNoFraction = 0x1.8p23F;
  return (value + kNoFraction) - kNoFraction;
}

}  // namespace

std::size_t IntegerRows::ScratchBytes(std::int64_t rows, std::int64_t inputs, std::int64_t inputs_per_scale) {
  const std::int64_t stride = StrideOf(inputs, inputs_per_scale);
  const std::int64_t indices = stride + RoundUp(GroupsOf(inputs, inputs_per_scale) + 1, kAlignment);
  return AsSize(2 * rows * stride + indices * static_cast<std::int64_t>(sizeof(std::int32_t)));
}

IntegerRows::IntegerRows(const float* const* a, std::int64_t rows, std::int64_t inputs, std::int64_t inputs_per_scale,
                         std::span<std::byte> scratch)
    : rows_(rows), groups_(GroupsOf(inputs, inputs_per_scale)), stride_(StrideOf(inputs, inputs_per_scale)) {
  STEPWELL_CHECK(rows <= kMostTileRows && scratch.size() >= ScratchBytes(rows, inputs, inputs_per_scale));
  values_ = reinterpret_cast<std::uint8_t*>(scratch.data());
  by_input_ = values_ + rows * stride_;
  inputs_ = reinterpret_cast<std::int32_t*>(by_input_ + rows * stride_);
  first_places_ = inputs_ + stride_;
  for (std::int64_t m = 0; m < rows; ++m) Quantize(a[m], m, inputs);
  List(inputs, inputs_per_scale);
  Compact(inputs);
}

void IntegerRows::Quantize(const float* row, std::int64_t m, std::int64_t inputs) {
  const Extremes extremes = ExtremesOf(row, inputs);
  const bool is_signed = extremes.lowest < 0;
  const float largest = std::max(-extremes.lowest, extremes.highest);
  const float steps = is_signed ? 127 : 255;
  const float zero = is_signed ? 128 : 0;
  // Subnormal magnitudes have no finite inverse; they are as good as zero.
  const float inverse = largest >= std::numeric_limits<float>::min() * 256 ? steps / largest : 0;
  std::uint8_t* values = by_input_ + m * stride_;
  scales_[m] = {.scale = largest / steps, .zero = static_cast<std::int32_t>(zero)};
  if (!extremes.are_finite) {
    scales_[m].scale = std::numeric_limits<float>::quiet_NaN();
    std::fill_n(values, inputs, static_cast<std::uint8_t>(zero));
    return;
  }
  for (std::int64_t k = 0; k < inputs; ++k) {
    values[k] = static_cast<std::uint8_t>(static_cast<std::int32_t>(Rounded(row[k] * inverse) + zero));
  }
}

void IntegerRows::List(std::int64_t inputs, std::int64_t inputs_per_scale) {
  const bool may_skip = std::all_of(scales_, scales_ + rows_, [](const Row& row) { return row.zero == 0; });
  const auto is_kept = [&](std::int64_t k) {
    if (!may_skip) return true;
    std::uint8_t any = 0;
    for (std::int64_t m = 0; m < rows_; ++m) any |= by_input_[m * stride_ + k];
    return any != 0;
  };
  std::int64_t place = 0;
  std::int64_t kept = 0;
  for (std::int64_t group = 0; group < groups_; ++group) {
    first_places_[group] = static_cast<std::int32_t>(place);
    const std::int64_t first = place;
    const std::int64_t end = std::min((group + 1) * inputs_per_scale, inputs);
    for (std::int64_t k = group * inputs_per_scale; k < end; ++k) {
      if (is_kept(k)) inputs_[place++] = static_cast<std::int32_t>(k);
    }
    kept += place - first;
    while (place % kFour != 0) inputs_[place++] = -1;
  }
  first_places_[groups_] = static_cast<std::int32_t>(place);
  skips_ = kept < inputs;
}

void IntegerRows::Compact(std::int64_t inputs) {
  const std::int64_t places = first_places_[groups_];
  // What fills up is 0, not the row's zero: the zeros of a group's own inputs are taken off a product, no others.
  for (std::int64_t m = 0; m < rows_; ++m) {
    const std::uint8_t* from = by_input_ + m * stride_;
    std::uint8_t* to = values_ + m * stride_;
    for (std::int64_t place = 0; place < places; ++place) to[place] = inputs_[place] < 0 ? 0 : from[inputs_[place]];
  }
  for (std::int64_t place = 0; place < places; ++place) {
    if (inputs_[place] < 0) inputs_[place] = static_cast<std::int32_t>(inputs - 1);
  }
}

}  // namespace stepwell::kernels
