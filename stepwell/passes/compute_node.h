#pragma once

#include <span>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::passes {

// What an op gives for constant inputs, computed by its kernel. `output_types` are those inferred for it; they must be
// static. Throws Error(kUnsupported) when the op has no kernel.
std::vector<ir::ConstantData> ComputeNode(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                          std::span<const TensorType> output_types);

}  // namespace stepwell::passes
