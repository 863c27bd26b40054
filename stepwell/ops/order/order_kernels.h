#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/order/cum_sum.h"
#include "stepwell/ops/order/reverse.h"
#include "stepwell/ops/order/top_k.h"

// The kernels of this family, plain loops for both sets. Axes and k must be constant.
namespace stepwell::ops::order {

std::unique_ptr<const Kernel> MakeReverseKernel(const Reverse& op, const KernelSite& site);
// A length outside [0, extent of seq_axis] is an Error(kInvalidArgument) that names it.
std::unique_ptr<const Kernel> MakeReverseSequenceKernel(const ReverseSequence& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeTopKKernel(const TopK& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeCumSumKernel(const CumSum& op, const KernelSite& site);

}  // namespace stepwell::ops::order
