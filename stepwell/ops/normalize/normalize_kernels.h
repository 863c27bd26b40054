#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/normalize/layer_norm.h"
#include "stepwell/ops/normalize/mvn.h"

namespace stepwell::ops::normalize {

std::unique_ptr<const Kernel> MakeMvnKernel(const Mvn& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeLayerNormKernel(const LayerNorm& op, const KernelSite& site);

}  // namespace stepwell::ops::normalize
