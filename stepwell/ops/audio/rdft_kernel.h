#pragma once

#include <memory>

#include "stepwell/ops/audio/rdft.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::audio {

// Computes in double; f32 only. The reference set sums by the definition.
std::unique_ptr<const Kernel> MakeRdftKernel(const Rdft& op, const KernelSite& site);

}  // namespace stepwell::ops::audio
