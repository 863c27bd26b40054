#pragma once

namespace stepwell::quantize {

// What rounding did to weights. Sums over parts of a tensor add up with +=.
struct WeightError {
  double squared_weights = 0;  // sum of the squares
  double squared_errors = 0;
  float largest_weight = 0;  // magnitude
  float largest_error = 0;
  bool is_finite = true;  // neither a weight nor what became of it is NaN or infinite

  void Add(float weight, float rounded);
  WeightError& operator+=(const WeightError& other);

  double relative() const;                 // largest error / largest weight; 0 where all weights are 0
  double signal_to_noise_decibel() const;  // infinite where nothing was rounded
};

}  // namespace stepwell::quantize
