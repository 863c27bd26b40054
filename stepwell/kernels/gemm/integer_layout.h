#pragma once

#include <cstdint>
#include <span>

#include "stepwell/kernels/gemm/packed_matrix.h"

namespace stepwell::kernels {

// How the integers of a panel are laid out for products by 8-bit activations, which instructions add up in fours: the
// weights of four consecutive inputs (of places, where some are left out) by one output stand side by side.
//
// kFours: so in memory. Of int8, 64 times 4 bytes for each four inputs; of int4, 32 times 4, where a byte holds the
// outputs n (low) and n + 32 (high).
//
// kTurnable: a row for each input, so that rows can be left out; four rows are turned as they are read, within the
// 128-bit lanes that vector instructions work in. So that the outputs come out in their order, a row holds output
// 16 v + 4 l + i in place 16 l + 4 v + i (v, l and i below 4).
//
// Of int4, both hold the value plus 8: what is multiplied by unsigned weights is signed activations.
//
// Brings a panel of `inputs` rows (a multiple of four) from kRows to one of them, in place.
void LayOutIntegers(std::byte* panel, std::int64_t inputs, DType dtype, PanelLayout layout);

// Where a row of a kTurnable panel holds an output; its own inverse.
constexpr std::int64_t TurnablePlace(std::int64_t output) { return output / 4 % 4 * 16 + output / 16 * 4 + output % 4; }

}  // namespace stepwell::kernels
