#pragma once

#include <memory>

#include "stepwell/ops/activation/gelu.h"
#include "stepwell/ops/activation/parametric.h"
#include "stepwell/ops/activation/prelu.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::activation {

std::unique_ptr<const Kernel> MakeGeluKernel(const Gelu& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeEluKernel(const Elu& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeSeluKernel(const Selu& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeSwishKernel(const Swish& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeHardSigmoidKernel(const HardSigmoid& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakePReluKernel(const PRelu& op, const KernelSite& site);

}  // namespace stepwell::ops::activation
