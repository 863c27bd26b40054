#include "stepwell/ops/conv/convolution_import.h"
#include "stepwell/ops/conv/convolution_kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::conv {

std::span<const OpRule> OpRules() {
  static constexpr OpRule kRules[] = {OpRuleFor<Convolution>(), OpRuleFor<GroupConvolution>()};
  return kRules;
}

std::span<const ImportRule> ImportRules() {
  static constexpr ImportRule kRules[] = {{"Conv2D", ImportConv2D}, {"DepthwiseConv2dNative", ImportDepthwiseConv2D}};
  return kRules;
}

std::span<const KernelRule> KernelRules() {
  static constexpr KernelRule kRules[] = {KernelFor<Convolution, MakeConvolutionKernel>(),
                                          KernelFor<GroupConvolution, MakeGroupConvolutionKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::conv
