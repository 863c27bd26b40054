#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/epilogue.h"
#include "stepwell/kernels/gemm/packed_matrix.h"

namespace stepwell::kernels {

// out[m, n] = epilogue(sum over k of a[m, k] * weights[k, n]); a is [rows, K], out is [rows, N], dense, and they do not
// overlap. Each element is a sum of chains of kChainInputs multiply-adds in ascending k, whatever the number of rows,
// the row's place among them and the number of threads, so its bits depend on its own row and column only. (AVX2 and
// AVX-512 fuse the two and agree bit for bit; SSE4 and scalar round twice and agree with each other.) Allocates
// nothing.
//
// Weights packed for 8-bit activations are multiplied by those that the rows are rounded to, each by itself: see
// IntegerRows and AddIntegerPanelProduct. Then the bits are the same on all instruction sets. scratch: aligned to 64
// bytes, at least MultiplyScratchBytes().
void Multiply(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows, std::span<float> out,
              const Epilogue& epilogue = {}, WorkerTeam& team = WorkerTeam::Shared(),
              std::span<std::byte> scratch = {});

// 0 for activations as they are.
std::size_t MultiplyScratchBytes(const PackedMatrix& weights, std::int64_t rows);

}  // namespace stepwell::kernels
