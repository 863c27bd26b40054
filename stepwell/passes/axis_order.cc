#include "stepwell/passes/axis_order.h"

#include <algorithm>
#include <numeric>

#include "stepwell/base/checked.h"

namespace stepwell::passes {

std::optional<AxisOrder> AxisOrderOf(std::span<const std::int64_t> order) {
  AxisOrder axes;
  for (const std::int64_t axis : order) {
    if (axis < 0 || axis >= std::ssize(order)) return std::nullopt;
    axes.push_back(static_cast<int>(axis));
  }
  AxisOrder sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (axes.empty() || !IsIdentity(sorted)) return std::nullopt;
  return axes;
}

std::vector<std::int64_t> ToInts(const AxisOrder& order) { return {order.begin(), order.end()}; }

bool IsIdentity(const AxisOrder& order) {
  AxisOrder identity(order.size());
  std::iota(identity.begin(), identity.end(), 0);
  return order == identity;
}

AxisOrder Inverse(const AxisOrder& order) {
  AxisOrder inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) inverse[AsSize(order[i])] = static_cast<int>(i);
  return inverse;
}

AxisOrder Composed(const AxisOrder& first, const AxisOrder& second) {
  AxisOrder order;
  for (const int axis : second) order.push_back(first[AsSize(axis)]);
  return order;
}

AxisOrder WithoutAxes(const AxisOrder& order, const std::vector<bool>& gone) {
  AxisOrder left;
  for (const int axis : order) {
    if (gone[AsSize(axis)]) continue;
    left.push_back(axis - static_cast<int>(std::count(gone.begin(), gone.begin() + axis, true)));
  }
  return left;
}

bool MovesOnlyUnits(const AxisOrder& order, const Shape& data) {
  if (!data.has_rank()) return false;
  std::vector<bool> is_unit;
  for (const Dim dim : data.dims()) is_unit.push_back(dim == 1);
  return IsIdentity(WithoutAxes(order, is_unit));
}

}  // namespace stepwell::passes
