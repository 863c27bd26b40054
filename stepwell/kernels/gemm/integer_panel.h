#pragma once

#include <cstdint>

#include "stepwell/kernels/gemm/integer_rows.h"

namespace stepwell::kernels {

struct IntegerPanelProduct {
  const IntegerRows* a = nullptr;
  PanelWeights panel;  // kI8 or kI4, with scales and column sums
  float* tile = nullptr;
};

// tile[m, n] += sum over groups of (scale of n * scale of m) * (sum over the group's inputs of (a - zero of m) *
// weight). The sums over a group are of integers and exact, what follows is the same code everywhere: the bits depend
// on nothing but the row and the column, not even on the instruction set.
void AddIntegerPanelProduct(const IntegerPanelProduct& product);

// Internal: the exact sums of one group for rows [first_row, first_row + rows), rows <= kIntegerRows, by one panel:
// sums[m, n] = sum of the unsigned integers times the weights.
inline constexpr std::int64_t kIntegerRows = 6;
using AddIntegerGroup = void (*)(const IntegerPanelProduct& product, std::int64_t group, std::int64_t first_row,
                                 std::int64_t rows, std::int32_t* sums);
// For CPUs that have AVX-512 VNNI; null where it is not compiled.
extern const AddIntegerGroup kAddIntegerGroupVnni;

}  // namespace stepwell::kernels
