#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/space/space.h"

// One plain loop for both directions and both sets. Blocks, pads and crops must be constant.
namespace stepwell::ops::space {

std::unique_ptr<const Kernel> MakeSpaceToBatchKernel(const SpaceToBatch& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeBatchToSpaceKernel(const BatchToSpace& op, const KernelSite& site);

}  // namespace stepwell::ops::space
