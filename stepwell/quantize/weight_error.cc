#include "stepwell/quantize/weight_error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stepwell::quantize {

void WeightError::Add(float weight, float rounded) {
  const float error = std::abs(weight - rounded);
  squared_weights += static_cast<double>(weight) * weight;
  squared_errors += static_cast<double>(error) * error;
  largest_weight = std::max(largest_weight, std::abs(weight));
  largest_error = std::max(largest_error, error);
  is_finite = is_finite && std::isfinite(weight) && std::isfinite(rounded);
}

WeightError& WeightError::operator+=(const WeightError& other) {
  squared_weights += other.squared_weights;
  squared_errors += other.squared_errors;
  largest_weight = std::max(largest_weight, other.largest_weight);
  largest_error = std::max(largest_error, other.largest_error);
  is_finite = is_finite && other.is_finite;
  return *this;
}

double WeightError::relative() const {
  return largest_weight > 0 ? static_cast<double>(largest_error) / static_cast<double>(largest_weight) : 0;
}

double WeightError::signal_to_noise_decibel() const {
  if (squared_errors == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(squared_weights / squared_errors);
}

}  // namespace stepwell::quantize
