#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/select/select_imports.h"
#include "stepwell/ops/select/select_kernels.h"

namespace stepwell::ops::select {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<Gather>(), OpRuleFor<GatherNd>(), OpRuleFor<OneHot>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"Gather", ImportGather},     {"GatherV2", ImportGatherV2}, {"ResourceGather", ImportGather},
      {"GatherNd", ImportGatherNd}, {"OneHot", ImportOneHot},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<Gather, MakeGatherKernel>(),
      KernelFor<GatherNd, MakeGatherNdKernel>(),
      KernelFor<OneHot, MakeOneHotKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::select
