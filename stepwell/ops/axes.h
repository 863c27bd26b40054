#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stepwell::ops {

// The axes counted from the front, ascending. Throws Error(kInvalidModel) when one lies outside the rank or is named
// twice.
std::vector<int> NormalizedAxes(std::span<const std::int64_t> axes, int rank);

}  // namespace stepwell::ops
