#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/ops/matmul/matmul_kernels.h"

namespace stepwell::ops::matmul {

std::shared_ptr<const kernels::PackedMatrix> PackWeights(const ir::ConstantData& weights, bool is_transposed,
                                                         WeightCache* cache) {
  const auto pack = [&](PackedBlocks& blocks) {
    const Shape& shape = weights.type.shape;
    const Dim rows = shape[shape.rank() - 2];
    const Dim columns = shape[shape.rank() - 1];
    const auto source = is_transposed
                            ? DenseWeights(weights.bytes, columns, rows, kernels::WeightOrder::kOutputsByInputs)
                            : DenseWeights(weights.bytes, rows, columns, kernels::WeightOrder::kInputsByOutputs);
    return std::make_shared<const kernels::PackedMatrix>(source, WorkerTeam::Shared(), blocks,
                                                         kernels::Inputs::kOftenZero);
  };
  if (cache == nullptr) return pack(PackedBlocks::Fresh());
  return cache->GetOrMake<kernels::PackedMatrix>(weights, is_transposed ? "matrix by outputs" : "matrix by inputs",
                                                 pack);
}

std::size_t ProductScratchBytes(const kernels::PackedMatrix& weights, std::int64_t elements) {
  return weights.outputs() == 0 ? 0 : kernels::MultiplyScratchBytes(weights, elements / weights.outputs());
}

}  // namespace stepwell::ops::matmul
