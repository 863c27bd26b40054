#pragma once

#include <memory>

#include "stepwell/ops/batch_norm/batch_norm.h"
#include "stepwell/ops/batch_norm/channel_affine.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::batch_norm {

// f32 and f64; throws Error(kUnsupported) for others.
std::unique_ptr<const Kernel> MakeBatchNormInferenceKernel(const BatchNormInference& op, const KernelSite& site);
// scale and shift may be computed.
std::unique_ptr<const Kernel> MakeChannelAffineKernel(const ChannelAffine& op, const KernelSite& site);

}  // namespace stepwell::ops::batch_norm
