#include "stepwell/kernels/topk/rounded_activation.h"

#include <algorithm>
#include <cmath>

#include "stepwell/base/checked.h"

namespace stepwell::kernels {
namespace {

// The largest integer whose two bytes are both below 128: 127 * 256 + 127.
constexpr double kMostUnits = 32639;
constexpr int kFifteen = 15;
// Norms are summed in double; this is more than all that their rounding can take away for up to 2^30 inputs.
constexpr double kUp = 1 + 0x1p-20;

}  // namespace

void RoundedActivation::Round(std::span<const float> a) {
  const std::size_t groups = (a.size() + AsSize(kGroup) - 1) / AsSize(kGroup);
  for (auto* bytes : {&high_, &low_}) bytes->assign(groups * AsSize(kGroup), 0);
  whole_.assign(groups * AsSize(kGroup), 0);
  for (auto* sums : {&whole_sums_, &high_sums_, &low_sums_}) sums->assign(groups, 0);
  double largest = 0;
  bool is_finite = true;
  for (const float value : a) {
    is_finite &= std::isfinite(value);
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  is_usable_ = is_finite && (largest == 0 || (largest > 0x1p-100 && largest < 0x1p100));
  unit_ = largest / kMostUnits;
  norm_ = error_norm_ = 0;
  if (!is_usable_ || largest == 0) return;
  for (std::size_t index = 0; index < a.size(); ++index) RoundOne(index, a[index]);
  // unit * m was itself rounded, by 2^-53 of a at most.
  norm_ = std::sqrt(norm_) * kUp;
  error_norm_ = std::sqrt(error_norm_) * kUp + norm_ * 0x1p-50;
}

void RoundedActivation::RoundOne(std::size_t index, float value) {
  const auto exact = static_cast<double>(value);
  const double rounded = std::clamp(std::nearbyint(exact / unit_), -kMostUnits, kMostUnits);
  const auto whole = static_cast<std::int32_t>(rounded);
  const auto low = static_cast<std::int8_t>(((whole + 128) & 255) - 128);
  const auto high = static_cast<std::int8_t>((whole - low) / 256);
  const double error = exact - unit_ * rounded;
  norm_ += exact * exact;
  error_norm_ += error * error;
  const std::size_t group = index / AsSize(kGroup);
  whole_[index] = whole;
  high_[index] = high;
  low_[index] = low;
  whole_sums_[group] -= kFifteen * whole;
  high_sums_[group] -= kFifteen * high;
  low_sums_[group] -= kFifteen * low;
}

}  // namespace stepwell::kernels
