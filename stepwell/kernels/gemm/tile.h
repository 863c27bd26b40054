#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {

// The sums of some rows by one panel, on the stack of whoever computes them.
class Tile {
 public:
  explicit Tile(std::int64_t rows) : rows_(rows) {}

  std::int64_t rows() const { return rows_; }
  float* data() { return sums_; }
  float* row(std::int64_t index) { return sums_ + index * kPanelWidth; }

  void StartWithZeros() { std::fill_n(sums_, rows_ * kPanelWidth, 0.0F); }
  // With [rows, columns] values, the rows `stride` elements apart.
  void StartWith(const float* values, std::int64_t columns, std::int64_t stride) {
    if (columns < kPanelWidth) StartWithZeros();
    for (std::int64_t m = 0; m < rows_; ++m) std::copy_n(values + m * stride, columns, row(m));
  }
  // Adds [rows, columns] values to the first columns.
  void Add(const float* values, std::int64_t columns, std::int64_t stride) {
    for (std::int64_t m = 0; m < rows_; ++m) {
      for (std::int64_t n = 0; n < columns; ++n) row(m)[n] += values[m * stride + n];
    }
  }
  void CopyTo(float* out, std::int64_t columns, std::int64_t stride) {
    for (std::int64_t m = 0; m < rows_; ++m) std::copy_n(row(m), columns, out + m * stride);
  }
  // The first `columns` columns as rows, `stride` elements apart.
  void CopyTransposedTo(float* out, std::int64_t columns, std::int64_t stride) {
    for (std::int64_t n = 0; n < columns; ++n) {
      for (std::int64_t m = 0; m < rows_; ++m) out[n * stride + m] = sums_[m * kPanelWidth + n];
    }
  }

 private:
  alignas(64) float sums_[kMostTileRows * kPanelWidth];
  std::int64_t rows_;
};

// Pointers to consecutive rows.
class RowPointers {
 public:
  RowPointers(const float* first, std::int64_t rows, std::int64_t stride) {
    for (std::int64_t m = 0; m < rows; ++m) rows_[static_cast<std::size_t>(m)] = first + m * stride;
  }
  const float* const* data() const { return rows_.data(); }

 private:
  std::array<const float*, kMostTileRows> rows_;
};

}  // namespace stepwell::kernels
