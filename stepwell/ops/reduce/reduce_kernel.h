#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/reduce/reduce.h"

namespace stepwell::ops::reduce {

std::unique_ptr<const Kernel> MakeReduceKernel(const ReduceOpBase& op, const KernelSite& site);

}  // namespace stepwell::ops::reduce
