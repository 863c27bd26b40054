#include "stepwell/ops/activation/activation_import.h"
#include "stepwell/ops/activation/activation_kernels.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::activation {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {
      OpRuleFor<Gelu>(),  OpRuleFor<Elu>(),         OpRuleFor<Selu>(),
      OpRuleFor<Swish>(), OpRuleFor<HardSigmoid>(), OpRuleFor<PRelu>(),
  };
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"Elu", ImportElu},
      {"Selu", ImportSelu},
      {"LeakyRelu", ImportLeakyRelu},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<Gelu, MakeGeluKernel>(),   KernelFor<Elu, MakeEluKernel>(),
      KernelFor<Selu, MakeSeluKernel>(),   KernelFor<Swish, MakeSwishKernel>(),
      KernelFor<PRelu, MakePReluKernel>(), KernelFor<HardSigmoid, MakeHardSigmoidKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::activation
