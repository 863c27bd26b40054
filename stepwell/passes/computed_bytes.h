#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::passes {

// The outputs of a node whose inputs are `constants`, of static `types`: constants that are computed when they are read
// and then forgotten. A Concat is not even computed: its parts are read one by one. Nothing where that would mean
// computing too much again and again, through many such constants on the way.
std::optional<std::vector<ir::ConstantData>> ComputedWhenRead(const ir::Node& node,
                                                              std::span<const ir::ConstantData> constants,
                                                              std::span<const TensorType> types);

// Whether a constant is one of those.
bool IsComputedWhenRead(const ir::ConstantData& constant);

}  // namespace stepwell::passes
