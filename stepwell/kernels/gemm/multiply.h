#pragma once

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
void Multiply(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows, std::span<float> out,
              const Epilogue& epilogue = {}, WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
