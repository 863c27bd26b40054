#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops {

// The axes counted from the front, ascending. Throws Error(kInvalidModel) when one lies outside the rank or is named
// twice.
std::vector<int> NormalizedAxes(std::span<const std::int64_t> axes, int rank);

// The axis of input 0 that the integer in another input names; nothing where it, or the rank, is not known. Throws
// Error(kInvalidModel) when the input is not one integer or lies outside the rank.
std::optional<int> KnownAxis(const ir::InferContext& inputs, int input);

}  // namespace stepwell::ops
