#pragma once

#include <cstdint>
#include <limits>

namespace stepwell::kernels {

// Cells whose four gates share one panel of weights: 16 i, 16 g, 16 f, 16 o.
inline constexpr std::int64_t kLstmBlock = 16;

// From the sums of a block's gates to its new cells and outputs, for one row of the batch.
struct LstmBlock {
  const float* sums = nullptr;       // [4, kLstmBlock], aligned to 64 bytes: x W + h R
  const float* bias = nullptr;       // [4, kLstmBlock]
  const float* peepholes = nullptr;  // [3, kLstmBlock] for i, f, o; or null
  const float* old_cells = nullptr;  // [cells]
  float* new_cells = nullptr;        // [cells]; may be old_cells
  float* outputs = nullptr;          // [cells]: o * tanh(c)
  std::int64_t cells = kLstmBlock;   // fewer in the last block
  float gate_clip = std::numeric_limits<float>::infinity();
  float cell_clip = std::numeric_limits<float>::infinity();
};

void UpdateLstmBlock(const LstmBlock& block);

}  // namespace stepwell::kernels
