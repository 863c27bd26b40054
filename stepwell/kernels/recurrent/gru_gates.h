#pragma once

#include <cstdint>
#include <limits>

#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {

// Cells whose gates stand in three neighbouring panels: update, reset, candidate.
inline constexpr std::int64_t kGruBlock = kPanelWidth;

// A block of cells of one row of the batch on its way from the sums of its gates to its new state. Arrays of kGruBlock
// floats are aligned to 64 bytes.
struct GruBlock {
  float* update = nullptr;              // [kGruBlock], x Wz + h Rz
  float* reset = nullptr;               // [kGruBlock], x Wr + h Rr
  const float* candidate = nullptr;     // [kGruBlock], x Wg, and (r * h) Rg where that is what is reset
  const float* product = nullptr;       // [kGruBlock], h Rg where the product is reset; else null
  const float* bias = nullptr;          // [3, kGruBlock]
  const float* product_bias = nullptr;  // [kGruBlock]; null: zeros
  const float* old_state = nullptr;     // [cells]
  float* reset_state = nullptr;         // [cells], r * h
  float* new_state = nullptr;           // [cells]
  std::int64_t cells = kGruBlock;       // fewer in the last block
  float clip = std::numeric_limits<float>::infinity();
};

// Makes gates of the sums in `update` and `reset`; writes reset_state unless it is null.
void OpenGruGates(const GruBlock& block);
// Writes new_state, from gates that are open.
void MixGruStates(const GruBlock& block);

}  // namespace stepwell::kernels
