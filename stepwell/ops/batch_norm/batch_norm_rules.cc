#include "stepwell/ops/batch_norm/batch_norm_import.h"
#include "stepwell/ops/batch_norm/batch_norm_kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::batch_norm {

// Without ChannelAffine, which no file may hold.
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
  static constexpr KernelRule kRules[] = {KernelFor<BatchNormInference, MakeBatchNormInferenceKernel>(),
                                          KernelFor<ChannelAffine, MakeChannelAffineKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::batch_norm
