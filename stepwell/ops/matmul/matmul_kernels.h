#pragma once

#include <memory>

#include "stepwell/kernels/gemm/packed_matrix.h"
#include "stepwell/ops/kernel.h"
#include "stepwell/ops/matmul/fully_connected.h"
#include "stepwell/ops/matmul/matmul.h"

namespace stepwell::ops::matmul {

std::unique_ptr<const Kernel> MakeMatMulKernel(const MatMul& op, const KernelSite& site);
// Throws Error(kInvalidModel) when the weights are computed.
std::unique_ptr<const Kernel> MakeFullyConnectedKernel(const FullyConnected& op, const KernelSite& site);

// A constant matrix [K, N] (or [N, K] when transposed; axes of 1 before them do not matter) as products read it, packed
// once for a model.
std::shared_ptr<const kernels::PackedMatrix> PackWeights(const ir::ConstantData& weights, bool is_transposed,
                                                         WeightCache* cache);

// What kernels::Multiply works in, to compute so many elements.
std::size_t ProductScratchBytes(const kernels::PackedMatrix& weights, std::int64_t elements);

}  // namespace stepwell::ops::matmul
