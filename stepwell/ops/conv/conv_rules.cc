#include "stepwell/ops/conv/convolution_import.h"
#include "stepwell/ops/conv/convolution_kernel.h"
#include "stepwell/ops/conv/image_convolution_kernel.h"
#include "stepwell/ops/op_rule.h"

namespace stepwell::ops::conv {

// Without ImageConvolution, which no file may hold.
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
                                          KernelFor<GroupConvolution, MakeGroupConvolutionKernel>(),
                                          KernelFor<ImageConvolution, MakeImageConvolutionKernel>()};
  return kRules;
}

}  // namespace stepwell::ops::conv
