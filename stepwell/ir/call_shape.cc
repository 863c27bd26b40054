#include "stepwell/ir/call_shape.h"

#include <fmt/format.h>

#include <algorithm>

namespace stepwell::ir {

bool CallShape::Takes(const Shape& given) const {
  if (!given.is_static() || !ShapesAgree(shape, given)) return false;
  for (int axis = 0; axis < largest.rank(); ++axis) {
    if (largest[axis] != kDynamic && given[axis] > largest[axis]) return false;
  }
  return true;
}

bool CallShape::HasLimits() const {
  return std::any_of(largest.dims().begin(), largest.dims().end(), [](Dim most) { return most != kDynamic; });
}

std::string ToText(const CallShape& call) {
  if (!call.HasLimits()) return stepwell::ToText(call.shape);
  std::string text;
  for (int axis = 0; axis < call.shape.rank(); ++axis) {
    text += text.empty() ? "[" : ",";
    if (call.shape[axis] != kDynamic) {
      text += fmt::format("{}", call.shape[axis]);
    } else {
      text += call.largest[axis] == kDynamic ? "?" : fmt::format("..{}", call.largest[axis]);
    }
  }
  return text + "]";
}

}  // namespace stepwell::ir
