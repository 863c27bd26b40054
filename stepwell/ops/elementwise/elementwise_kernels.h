#pragma once

#include <memory>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/kernel.h"

// How kernels of this family are made; see ops/kernel.h for their rules. Each throws Error(kUnsupported) naming the
// element type that it cannot compute in.
namespace stepwell::ops::elementwise {

std::unique_ptr<const Kernel> MakeUnaryKernel(const UnaryOpBase& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeBinaryKernel(const BinaryOpBase& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeClampKernel(const Clamp& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeConvertKernel(const Convert& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeSelectKernel(const Select& op, const KernelSite& site);

}  // namespace stepwell::ops::elementwise
