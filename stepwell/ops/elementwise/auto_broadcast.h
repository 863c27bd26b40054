#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "stepwell/base/shape.h"
#include "stepwell/ir/fields.h"

namespace stepwell::ops::elementwise {

// The attribute auto_broadcast: operands must have one shape, or are broadcast as NumPy does.
enum class AutoBroadcast : std::uint8_t { kNone, kNumpy };

template <class Field, class Value>
void AutoBroadcastField(Field& field, Value& value) {
  static constexpr std::array<std::string_view, 2> kNames = {"none", "numpy"};
  ir::EnumField(field, "auto_broadcast", value, kNames);
}

// The common shape of two operands; throws Error(kInvalidModel) where there is none.
Shape CommonShape(AutoBroadcast rule, const Shape& a, const Shape& b);

}  // namespace stepwell::ops::elementwise
