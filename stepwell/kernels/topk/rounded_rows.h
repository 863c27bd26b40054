#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stepwell/base/checked.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/topk/float_rows.h"
#include "stepwell/kernels/topk/nibble_scan.h"

namespace stepwell::kernels {

// What is known of a row w and of what stands for it: w4 = unit/2 * multiplier * (2 u - 15), in four bits an input, and
// w8 = w4 + unit/32 * multiplier * (2 v - 15), in eight. Rows that hold NaN or infinity have infinite norms; those
// whose largest weight is beyond 2^100 or below 2^-100 stand as zeros, with errors as large as they are.
struct RoundedRowFacts {
  float unit = 0;
  // Upper bounds of the Euclidean norms of w - w4, of w - w8, and of all three of w, w4 and w8.
  float error4 = 0;
  float error8 = 0;
  float norm = 0;
};

// Copies of fp32 rows in four bits and, read beside those, in four more; groups of 32 inputs share a multiplier of 8
// bits. 0.53 bytes an input are read for the first, 0.53 for the second. Immutable, free to share.
class RoundedRows {
 public:
  RoundedRows() = default;
  // Reads all rows once, and releases their pages.
  RoundedRows(const FloatRows& source, WorkerTeam& team);
  // The bytes() that another one gave for a matrix of that shape. Throws Error(kInvalidModel) when they are not as
  // many.
  RoundedRows(SharedBytes bytes, std::int64_t rows, std::int64_t inputs);

  // All that it is, to be stored.
  const SharedBytes& bytes() const { return bytes_; }

  std::int64_t rows() const { return rows_; }
  std::int64_t groups() const { return groups_; }
  std::int64_t panels() const { return (rows_ + NibblePanel::kRows - 1) / NibblePanel::kRows; }
  std::int64_t panel_bytes() const { return NibblePanel::Bytes(groups_); }
  std::span<const RoundedRowFacts> facts() const {
    return {reinterpret_cast<const RoundedRowFacts*>(bytes_.data()), AsSize(rows_)};
  }
  // The first four bits of rows [16 index, 16 index + 16); consecutive panels lie one behind the other.
  const std::byte* panel(std::int64_t index) const { return bytes_.data() + panels_begin_ + index * panel_bytes(); }
  // A panel, [panel_bytes()], of the other four bits of up to 16 rows.
  void GatherSecondPanel(std::span<const std::int32_t> rows, std::byte* panel) const;
  // Fetches what gathering will read of a row.
  void PrefetchSecond(std::int32_t row) const;
  // What gathering reads of a row.
  std::int64_t second_row_bytes() const { return groups_ * (NibblePanel::kUnits * NibblePanel::kUnitBytes + 1); }

 private:
  void Locate(std::int64_t rows, std::int64_t inputs);

  SharedBytes bytes_;  // facts, panels, then row by row the other four bits and the multipliers once more
  std::int64_t rows_ = 0;
  std::int64_t groups_ = 0;
  std::int64_t panels_begin_ = 0;
  std::int64_t low_begin_ = 0;
  std::int64_t total_bytes_ = 0;
};

}  // namespace stepwell::kernels
