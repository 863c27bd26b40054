#pragma once

#include <memory>

#include "stepwell/ops/conv/convolution.h"
#include "stepwell/ops/conv/group_convolution.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::conv {

// One or two spatial axes, f32; throw Error(kUnsupported) for others.
std::unique_ptr<const Kernel> MakeConvolutionKernel(const Convolution& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeGroupConvolutionKernel(const GroupConvolution& op, const KernelSite& site);

}  // namespace stepwell::ops::conv
