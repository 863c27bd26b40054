#include "stepwell/ops/control/loop_kernel.h"
#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::control {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<TensorIterator>(), OpRuleFor<Loop>()};
  return kRules;
}

// TensorFlow 1 has no op with a body; BlockLSTM becomes a TensorIterator in the recurrent family.
std::span<const ImportRule> ImportRules() { return {}; }

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<TensorIterator, MakeTensorIteratorKernel>(),
      KernelFor<Loop, MakeLoopKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::control
