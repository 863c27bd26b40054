#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/pool/pool_import.h"
#include "stepwell/ops/pool/pool_kernel.h"

namespace stepwell::ops::pool {

// Without ImagePool, which no file may hold.
std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<MaxPool>(), OpRuleFor<AvgPool>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"MaxPool", ImportMaxPool}, {"MaxPoolV2", ImportMaxPoolV2}, {"AvgPool", ImportAvgPool}};
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<MaxPool, MakeMaxPoolKernel>(),
                                          KernelFor<AvgPool, MakeAvgPoolKernel>(),
                                          KernelFor<ImagePool, MakeImagePoolKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::pool
