#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/softmax/softmax.h"

namespace stepwell::ops::softmax {

std::unique_ptr<const Kernel> MakeSoftMaxKernel(const SoftMax& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeLogSoftmaxKernel(const LogSoftmax& op, const KernelSite& site);

}  // namespace stepwell::ops::softmax
