#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/order/order_imports.h"
#include "stepwell/ops/order/order_kernels.h"

namespace stepwell::ops::order {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<Reverse>(), OpRuleFor<ReverseSequence>(), OpRuleFor<TopK>(),
                                      OpRuleFor<CumSum>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"ReverseV2", ImportReverse}, {"ReverseSequence", ImportReverseSequence},
      {"ArgMax", ImportArgMax},     {"ArgMin", ImportArgMin},
      {"TopK", ImportTopK},         {"TopKV2", ImportTopKV2},
      {"Cumsum", ImportCumsum},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<Reverse, MakeReverseKernel>(),
      KernelFor<ReverseSequence, MakeReverseSequenceKernel>(),
      KernelFor<TopK, MakeTopKKernel>(),
      KernelFor<CumSum, MakeCumSumKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::order
