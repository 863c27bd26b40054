#include "stepwell/quantize/weight_tile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "stepwell/base/checked.h"

namespace stepwell::quantize {
namespace {

constexpr std::size_t kLanesSize = WeightTile::kLanes;

float Larger(float a, float b) { return a > b ? a : b; }

}  // namespace

// Of each lane.
struct WeightTile::Errors {
  std::array<double, kLanesSize> squared_weights{};
  std::array<double, kLanesSize> squared_errors{};
  std::array<float, kLanesSize> largest_weight{};
  std::array<float, kLanesSize> largest_error{};
  std::array<float, kLanesSize> nothing{};  // not 0 where a number is infinite or none

  WeightError Lane(std::size_t lane) const {
    return {squared_weights[lane], squared_errors[lane], largest_weight[lane], largest_error[lane], nothing[lane] == 0};
  }
};

void WeightTile::LoadLanes(const float* weights, std::int64_t length, std::int64_t stride, std::int64_t lanes) {
  rows_ = length;
  weights_.assign(AsSize(rows_ * kLanes), 0);
  for (std::int64_t row = 0; row < rows_; ++row) {
    std::copy_n(weights + row * stride, lanes, weights_.begin() + row * kLanes);
  }
}

void WeightTile::LoadRun(std::span<const float> run) {
  rows_ = (std::ssize(run) + kLanes - 1) / kLanes;
  weights_.resize(AsSize(rows_ * kLanes));
  std::fill(std::copy(run.begin(), run.end(), weights_.begin()), weights_.end(), 0.0F);
}

WeightTile::Scales WeightTile::Magnitudes() const {
  Scales magnitudes{};
  for (std::int64_t row = 0; row < rows_; ++row) {
    const float* const weights = Row(row);
    for (std::size_t lane = 0; lane < kLanesSize; ++lane) {
      magnitudes[lane] = Larger(std::abs(weights[lane]), magnitudes[lane]);
    }
  }
  if (sharing_ == Sharing::kByTile) magnitudes.fill(*std::max_element(magnitudes.begin(), magnitudes.end()));
  return magnitudes;
}

void WeightTile::Measure(const Scales& scales, Errors& errors) const {
  const float largest = format_.largest;
  for (std::int64_t row = 0; row < rows_; ++row) {
    const float* const weights = Row(row);
    for (std::size_t lane = 0; lane < kLanesSize; ++lane) {
      const float weight = weights[lane];
      const float rounded = ValueOf(weight, scales[lane], largest) * scales[lane];
      const float error = std::abs(weight - rounded);
      errors.squared_weights[lane] += static_cast<double>(weight) * weight;
      errors.squared_errors[lane] += static_cast<double>(error) * error;
      errors.largest_weight[lane] = Larger(std::abs(weight), errors.largest_weight[lane]);
      errors.largest_error[lane] = Larger(error, errors.largest_error[lane]);
      errors.nothing[lane] += (weight - weight) + (rounded - rounded);
    }
  }
}

void WeightTile::Share(std::array<double, kLanes>& sums) const {
  if (sharing_ == Sharing::kByTile) sums.fill(std::accumulate(sums.begin(), sums.end(), 0.0));
}

WeightTile::Scales WeightTile::BestScales(WeightError& error) const {
  const Scales magnitudes = Magnitudes();
  Scales best{};
  std::array<WeightError, kLanesSize> best_errors;
  std::array<double, kLanesSize> least{};
  for (const float share : format_.shares) {
    Scales scales;
    for (std::size_t lane = 0; lane < kLanesSize; ++lane) scales[lane] = ScaleFor(magnitudes[lane], share, format_);
    Errors errors;
    Measure(scales, errors);
    std::array<double, kLanesSize> sums = errors.squared_errors;
    Share(sums);
    for (std::size_t lane = 0; lane < kLanesSize; ++lane) {
      if (share != 1 && !(sums[lane] < least[lane])) continue;
      best[lane] = scales[lane];
      least[lane] = sums[lane];
      best_errors[lane] = errors.Lane(lane);
    }
  }
  for (const WeightError& lane : best_errors) error += lane;
  return best;
}

void WeightTile::StoreLanes(const Scales& scales, std::int8_t* values, std::int64_t stride, std::int64_t lanes) const {
  for (std::int64_t row = 0; row < rows_; ++row) {
    std::array<std::int8_t, kLanesSize> rounded;
    for (std::size_t lane = 0; lane < kLanesSize; ++lane) {
      rounded[lane] = static_cast<std::int8_t>(ValueOf(Row(row)[lane], scales[lane], format_.largest));
    }
    std::copy_n(rounded.begin(), lanes, values + row * stride);
  }
}

void WeightTile::StoreRun(const Scales& scales, std::span<std::int8_t> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<std::int8_t>(ValueOf(weights_[i], scales[0], format_.largest));
  }
}

}  // namespace stepwell::quantize
