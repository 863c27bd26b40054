#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stepwell/ops/kernel.h"

namespace stepwell::ops {

// The integers of an input that must be constant when a kernel is made: an axis, a permutation. `what` names it in the
// message. Throws Error(kUnsupported) when it is computed.
std::vector<std::int64_t> ConstantInts(const KernelSite& site, int input, std::string_view what);
// The same where exactly one is needed; else Error(kInvalidModel).
std::int64_t ConstantInt(const KernelSite& site, int input, std::string_view what);

}  // namespace stepwell::ops
