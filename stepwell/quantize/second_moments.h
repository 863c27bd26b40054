#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stepwell::quantize {

// Sum of x x^T over rows x of activations: how much errors of weights that are multiplied with them matter. Summed in
// fp32, row by row in the order they come, on all threads: the same bits on any number.
class SecondMoments {
 public:
  explicit SecondMoments(std::int64_t width);

  std::int64_t width() const { return width_; }
  std::int64_t rows() const { return rows_; }
  // Whole rows of width() numbers.
  void Add(std::span<const float> rows);
  // Row i from its column i on, [width() - i] numbers; the matrix is symmetric.
  std::span<const float> RowFromDiagonal(std::int64_t i) const;

 private:
  std::int64_t width_;
  std::int64_t rows_ = 0;
  std::vector<float> sums_;  // the rows from their diagonals on, one behind the other
};

}  // namespace stepwell::quantize
