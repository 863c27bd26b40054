#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {

// Some rows of activations as 8-bit integers, made as they come: activation = scale of the row * (integer - zero of the
// row). A row without negative elements uses 0 to 255, another 1 to 255 about a zero of 128; its largest magnitude
// becomes the largest integer. A row depends on nothing but itself. One with NaN or infinity in it has a scale of NaN,
// so that all it is multiplied into is NaN, and nothing else.
//
// Where all rows are without negative elements, inputs that became 0 in all of them are left out. What remains is kept
// in fours of consecutive places, since products of 8-bit integers are added up in fours; where an end of a group of
// inputs that share a scale needs filling up, places hold some input and integers of 0.
class IntegerRows {
 public:
  struct Row {
    float scale = 0;
    std::int32_t zero = 0;
  };

  // Memory for the rows; kept by the caller as long as this lives.
  static std::size_t ScratchBytes(std::int64_t rows, std::int64_t inputs, std::int64_t inputs_per_scale);

  // a: [rows] pointers to [inputs]; at most kMostTileRows rows. scratch is aligned to 64 bytes.
  IntegerRows(const float* const* a, std::int64_t rows, std::int64_t inputs, std::int64_t inputs_per_scale,
              std::span<std::byte> scratch);

  std::int64_t rows() const { return rows_; }
  Row row(std::int64_t m) const { return scales_[m]; }
  // Whether some inputs are left out.
  bool skips() const { return skips_; }
  std::int64_t groups() const { return groups_; }
  // The places [PlaceOf(group), PlaceOf(group + 1)) belong to a group: a multiple of four.
  std::int64_t PlaceOf(std::int64_t group) const { return first_places_[group]; }
  // The input at each place.
  const std::int32_t* inputs() const { return inputs_; }
  // The integers of a row, at each place.
  const std::uint8_t* values(std::int64_t m) const { return values_ + m * stride_; }

 private:
  void Quantize(const float* row, std::int64_t m, std::int64_t inputs);
  void List(std::int64_t inputs, std::int64_t inputs_per_scale);
  void Compact(std::int64_t inputs);

  std::int64_t rows_ = 0;
  std::int64_t groups_ = 0;
  std::int64_t stride_ = 0;
  bool skips_ = false;
  std::uint8_t* values_ = nullptr;        // [rows, stride]
  std::uint8_t* by_input_ = nullptr;      // [rows, stride], before places are known
  std::int32_t* inputs_ = nullptr;        // [stride]
  std::int32_t* first_places_ = nullptr;  // [groups + 1]
  Row scales_[kMostTileRows];
};

}  // namespace stepwell::kernels
