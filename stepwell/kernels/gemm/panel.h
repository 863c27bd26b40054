#pragma once

#include <cstdint>

#include "stepwell/kernels/gemm/epilogue.h"
#include "stepwell/kernels/gemm/kept_inputs.h"
#include "stepwell/kernels/gemm/packed_matrix.h"

namespace stepwell::kernels {

// The inner loop of every product: some rows by one panel of outputs. Sums are gathered in a tile [rows, kPanelWidth],
// aligned to 64 bytes, of at most kMostTileRows rows, so that it stays in the first-level cache (12 KB).
inline constexpr std::int64_t kPanelWidth = PackedMatrix::kPanel;
inline constexpr std::int64_t kMostTileRows = 48;
// So many inputs are added up in one chain of multiply-adds, which begins with 0 and whose sum is then added to the
// tile. They are a stretch of the panel that stays in the first-level cache (24 KB), and errors of rounding grow with a
// chain's length: BERT-Base is off by 1.9e-6 of its largest output, by 5.3e-6 with chains over all inputs.
inline constexpr std::int64_t kChainInputs = 96;

struct PanelProduct {
  const float* const* a = nullptr;  // [rows] pointers to [inputs]
  std::int64_t rows = 0;
  PanelWeights panel;
  std::int64_t inputs = 0;
  // The rows of the panel that will be multiplied next, whose beginning is fetched while the end of this one is worked
  // on; or null.
  const std::byte* next_panel = nullptr;
  // Where some inputs are zero in all rows, and all weights are finite: the others; their weights only are read.
  const KeptInputs* kept = nullptr;
  float* tile = nullptr;
};

// tile[m, n] += sum over k of a[m][k] * panel[k, n]: for each element the sums of kChainInputs inputs each, in
// ascending order of k, added to what the tile holds one after the other. Chains begin anew with every scale, by which
// a chain's sum is multiplied.
void AddPanelProduct(const PanelProduct& product);

// Applies all of the epilogue but its start and its addend to the tile, whose `columns` first columns (the rest is
// filling) are the outputs from `first_output` on.
void FinishTile(float* tile, std::int64_t rows, std::int64_t columns, const Epilogue& epilogue,
                std::int64_t first_output);

}  // namespace stepwell::kernels
