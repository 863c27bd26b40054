#pragma once

#include <algorithm>
#include <cstdint>

namespace stepwell::kernels {

// A block of a matrix: rows and columns, and the elements from one of each to the next.
struct MatrixView {
  const float* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 1;
};

// to[column * to_stride + row] = from[row, column], in blocks that stay cached.
inline void Transpose(const MatrixView& from, float* to, std::int64_t to_stride) {
  constexpr std::int64_t kBlock = 16;
  for (std::int64_t first_row = 0; first_row < from.rows; first_row += kBlock) {
    const std::int64_t end_row = std::min(first_row + kBlock, from.rows);
    for (std::int64_t column = 0; column < from.columns; ++column) {
      const float* source = from.data + column * from.column_stride;
      for (std::int64_t row = first_row; row < end_row; ++row) {
        to[column * to_stride + row] = source[row * from.row_stride];
      }
    }
  }
}

}  // namespace stepwell::kernels
