#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/quantize/second_moments.h"

namespace stepwell::quantize {

// The upper triangular matrix R with R R^T = P (H + d I) P^T, for second moments H, a hundredth of the mean of their
// diagonal as d, and P the order in which weights are rounded: those first whose inputs are largest. An error e of
// weights changes a product's squared error over all rows by |R^T P e|^2.
class TriangularFactor {
 public:
  // Throws Error(kInvalidArgument) where the moments are no finite numbers.
  explicit TriangularFactor(const SecondMoments& moments);

  std::int64_t width() const { return width_; }
  // The input that stands at position `at`.
  std::int64_t input(std::int64_t at) const { return order_[static_cast<std::size_t>(at)]; }
  // Of the damped moments, by position: how much an error there matters by itself.
  float importance(std::int64_t at) const { return importance_[static_cast<std::size_t>(at)]; }
  // Column `at` of R down to its diagonal, [at + 1] numbers; the last is positive.
  std::span<const float> Column(std::int64_t at) const;

 private:
  void FillFrom(const SecondMoments& moments);
  void Decompose();
  void DecomposeBlock(std::int64_t begin, std::int64_t end);
  void SubtractBlock(std::int64_t begin, std::int64_t end);
  float* RowOf(std::int64_t at) { return columns_.data() + at * width_; }

  std::int64_t width_;
  std::vector<std::int64_t> order_;
  std::vector<float> importance_;
  std::vector<float> columns_;  // [width, width]: row j holds column j of R, j + 1 numbers
};

}  // namespace stepwell::quantize
