#include "stepwell/ops/op_rule.h"
#include "stepwell/ops/softmax/softmax_import.h"
#include "stepwell/ops/softmax/softmax_kernels.h"

namespace stepwell::ops::softmax {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<SoftMax>(), OpRuleFor<LogSoftmax>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {
      {"Softmax", ImportSoftmax},
      {"LogSoftmax", ImportLogSoftmax},
      {"SparseSoftmaxCrossEntropyWithLogits", ImportSparseCrossEntropy},
  };
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {
      KernelFor<SoftMax, MakeSoftMaxKernel>(),
      KernelFor<LogSoftmax, MakeLogSoftmaxKernel>(),
  };
  return kRules;
}

}  // namespace stepwell::ops::softmax
