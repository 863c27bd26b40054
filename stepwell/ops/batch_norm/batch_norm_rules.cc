#include "stepwell/ops/batch_norm/batch_norm_import.h"
#include "stepwell/ops/batch_norm/batch_norm_kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::batch_norm {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<BatchNormInference>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {{"FusedBatchNorm", ImportFusedBatchNorm},
                                          {"FusedBatchNormV2", ImportFusedBatchNorm},
                                          {"FusedBatchNormV3", ImportFusedBatchNorm}};
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<BatchNormInference, MakeBatchNormInferenceKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::batch_norm
