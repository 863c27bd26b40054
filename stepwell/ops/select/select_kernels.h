#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/select/gather.h"
#include "stepwell/ops/select/gather_nd.h"
#include "stepwell/ops/select/one_hot.h"

// The kernels of this family. Nothing is computed here, so one kernel serves both sets. An index outside its axis is an
// Error(kInvalidArgument) that names it.
namespace stepwell::ops::select {

std::unique_ptr<const Kernel> MakeGatherKernel(const Gather& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeGatherNdKernel(const GatherNd& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeOneHotKernel(const OneHot& op, const KernelSite& site);

}  // namespace stepwell::ops::select
