#pragma once

#include <memory>

#include "stepwell/ops/attention/attention.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::attention {

std::unique_ptr<const Kernel> MakeAttentionKernel(const Attention& op, const KernelSite& site);

}  // namespace stepwell::ops::attention
