#pragma once

#include <cstdint>

namespace stepwell::kernels {

// One row of scores on its way to a softmax.
struct MaskedRow {
  static constexpr std::int64_t kPlaces = 16;  // the row's memory has a multiple of so many elements

  float* scores = nullptr;      // [count], replaced by exp(s - largest s) with s = scale * score + mask
  const float* mask = nullptr;  // null: none
  std::int64_t mask_step = 1;   // 0: one number for all
  std::int64_t count = 0;       // 1 or more
  float scale = 1;
};

// Returns the sum of what it writes. Sums run over 16 places whatever the instruction set, in float for 1024 elements
// and in double beyond.
double MaskedExp(const MaskedRow& row);

}  // namespace stepwell::kernels
