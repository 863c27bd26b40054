#pragma once

#include <span>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::passes {

// What an op gives for constant inputs, computed by its kernel. `output_types` are those inferred for it; they must be
// static. Throws Error(kUnsupported) when the op has no kernel.
std::vector<ir::ConstantData> ComputeNode(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                          std::span<const TensorType> output_types);
// The same with kernels of a chosen set, which rely only on the values of those inputs that `constants` points to (null
// where an input must not be relied on). The results own their memory.
std::vector<ir::ConstantData> ComputeNode(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                          std::span<const ir::ConstantData* const> constants,
                                          std::span<const TensorType> output_types, ops::KernelSet set);

}  // namespace stepwell::passes
