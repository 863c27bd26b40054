#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/pool/pool.h"

namespace stepwell::ops::pool {

// One or two spatial axes, f32; throw Error(kUnsupported) for others.
std::unique_ptr<const Kernel> MakeMaxPoolKernel(const MaxPool& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeAvgPoolKernel(const AvgPool& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeImagePoolKernel(const ImagePool& op, const KernelSite& site);

}  // namespace stepwell::ops::pool
