#pragma once

#include <memory>

#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::control {

// The body step by step, its kernels made once. A plan that recognises a recurrence replaces the op before.
std::unique_ptr<const Kernel> MakeTensorIteratorKernel(const TensorIterator& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeLoopKernel(const Loop& op, const KernelSite& site);

}  // namespace stepwell::ops::control
