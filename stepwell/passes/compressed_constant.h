#pragma once

#include <optional>
#include <span>

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// Weights that are stored in fewer bits, as OpenVINO's weight compression writes them: a constant of bf16, int8 or int4
// through a Convert to f32, and that through a Multiply by constant scales, which are spread along leading axes, along
// trailing axes, or both. The output of such a node on `constants`, of `type`, as fp32 numbers that keep their stored
// values (base/compressed_floats.h); nothing for other nodes, and for constants too small to be worth it.
std::optional<ir::ConstantData> CompressedConstant(const ir::Op& op, std::span<const ir::ConstantData> constants,
                                                   const TensorType& type);

}  // namespace stepwell::passes
