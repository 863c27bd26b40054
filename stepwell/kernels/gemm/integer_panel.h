#pragma once

#include <cstdint>

#include "stepwell/kernels/gemm/integer_rows.h"

namespace stepwell::kernels {

struct IntegerVariant;

struct IntegerPanelProduct {
  const IntegerRows* a = nullptr;
  PanelWeights panel;  // kTurnable or kFours
  // The rows of the panel that will be multiplied next, whose beginning is fetched while the end of this one is worked
  // on; or null.
  const std::byte* next_panel = nullptr;
  const IntegerVariant* variant = nullptr;  // null: the best that runs here
  float* tile = nullptr;                    // [rows, kPanelWidth], aligned to 64 bytes
};

// tile[m, n] += scale of m * (sum over groups of scale of n * (sum over the group's inputs of (a - zero of m) *
// weight)). The sums over a group are of integers and exact; their products by scales are added up in order, each
// rounded twice: the bits depend on nothing but the row and the column, not even on the instruction set.
void AddIntegerPanelProduct(const IntegerPanelProduct& product);

}  // namespace stepwell::kernels
