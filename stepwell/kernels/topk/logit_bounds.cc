#include "stepwell/kernels/topk/logit_bounds.h"

#include <cmath>
#include <limits>

#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {
namespace {

// Sums of magnitudes beyond this may overflow in fp32 on the way, whatever the logit is.
constexpr double kMostMagnitude = 1e38;

// g(n) of the header.
double RoundingOf(std::int64_t roundings) {
  const double units = static_cast<double>(roundings) * 0x1p-24;
  return units / (1 - units);
}

}  // namespace

LogitBounds::LogitBounds(const RoundedActivation& activation, std::int64_t inputs)
    : half_unit_(activation.unit() / 2), norm_(activation.norm()) {
  // A product, a chain of additions, the additions of chains, the bias.
  const std::int64_t chains = (inputs + kChainInputs - 1) / kChainInputs;
  const double exact = RoundingOf(kChainInputs + chains + 2);
  // Both scans together; the second one's terms are no larger than the first one's.
  const double scans = 2 * RoundingOf(2 * activation.groups() + 2);
  // The arithmetic here, in double, and the rounding of the bounds to fp32, of sums of up to four such magnitudes.
  constexpr double kOwn = 0x1p-21;
  const double rounded_norm = activation.norm() + activation.error_norm();
  error_per_norm_ = activation.error_norm() + (exact + scans + kOwn) * rounded_norm;
  error_per_bias_ = exact + kOwn;
  least_error_ = static_cast<double>(2 * inputs + 64) * 0x1p-148;
}

LogitBound LogitBounds::Of(const RoundedRowFacts& row, float rounding_error, float bias, double sum) const {
  const auto row_norm = static_cast<double>(row.norm);
  const double bias_size = std::abs(static_cast<double>(bias));
  // Written so that NaN fails it.
  if (!(row_norm * norm_ + bias_size < kMostMagnitude)) {
    return {0, std::numeric_limits<double>::infinity()};
  }
  const double estimate = static_cast<double>(row.unit) * half_unit_ * sum + static_cast<double>(bias);
  const double error = static_cast<double>(rounding_error) * norm_ + row_norm * error_per_norm_ +
                       bias_size * error_per_bias_ + least_error_;
  return {estimate, error};
}

}  // namespace stepwell::kernels
