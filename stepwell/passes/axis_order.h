#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/shape.h"

namespace stepwell::passes {

// A reordering of axes: axis i of the result is axis order[i] of the data.
using AxisOrder = std::vector<int>;

// The order that a Transpose with these (constant) integers applies; nothing for those that are none.
std::optional<AxisOrder> AxisOrderOf(std::span<const std::int64_t> order);
std::vector<std::int64_t> ToInts(const AxisOrder& order);

bool IsIdentity(const AxisOrder& order);
AxisOrder Inverse(const AxisOrder& order);
// `second` applied to the result of `first`.
AxisOrder Composed(const AxisOrder& first, const AxisOrder& second);
// What is left of the order where axes of the data (`gone[axis]`) are removed.
AxisOrder WithoutAxes(const AxisOrder& order, const std::vector<bool>& gone);
// Whether the reordering of data of that shape moves nothing but axes of extent 1, so that it is no more than another
// shape. False for an unknown rank.
bool MovesOnlyUnits(const AxisOrder& order, const Shape& data);

}  // namespace stepwell::passes
