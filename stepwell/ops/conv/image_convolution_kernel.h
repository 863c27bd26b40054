#pragma once

#include <memory>

#include "stepwell/ops/conv/image_convolution.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::conv {

// The weights and the bias must be constants.
std::unique_ptr<const Kernel> MakeImageConvolutionKernel(const ImageConvolution& op, const KernelSite& site);

}  // namespace stepwell::ops::conv
