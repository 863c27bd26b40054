#pragma once

#include <memory>

#include "stepwell/ops/conv/image_convolution.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::conv {

// Fast where weights and bias are constants, as they are in plans.
std::unique_ptr<const Kernel> MakeImageConvolutionKernel(const ImageConvolution& op, const KernelSite& site);

}  // namespace stepwell::ops::conv
