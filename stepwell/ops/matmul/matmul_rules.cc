#include "stepwell/ops/matmul/matmul_import.h"
#include "stepwell/ops/matmul/matmul_kernels.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::matmul {

// Without FullyConnected, which no file may hold.
std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<MatMul>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"MatMul", ImportMatMul},
      {"BatchMatMul", ImportBatchMatMul},
      {"BatchMatMulV2", ImportBatchMatMul},
      {"BatchMatMulV3", ImportBatchMatMul},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<MatMul, MakeMatMulKernel>(),
      KernelFor<FullyConnected, MakeFullyConnectedKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::matmul
