#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/shape.h"
#include "stepwell/ir/constant_data.h"

namespace stepwell::converter {

// A value as a user writes it: "16", "True", "-1.5e3", "[20,15]", "[20 15]".
struct Literal {
  enum class Form : std::uint8_t { kScalar, kList };

  Form form = Form::kScalar;
  std::vector<std::string> elements;  // each a number, True or False

  // As a constant of `type`: dtype and shape. A scalar fills any static shape; a list must have as many elements as the
  // shape. Where the shape is not static, a list is one-dimensional. Throws Error(kInvalidArgument) where the value
  // does not fit the type.
  ir::ConstantData ToConstant(const TensorType& type) const;
  std::string ToText() const;
};

// Throws Error(kInvalidArgument) showing `text`.
Literal ParseLiteral(std::string_view text);

// "[1,16,19,26]", "(1 16 19 26)", "[?,-1,1..10,..5]", "[]" (a scalar). What is unknown or bounded is kDynamic.
// Throws Error(kInvalidArgument) showing `text`.
Shape ParseShape(std::string_view text);

// The pieces of `text` between commas that stand outside of brackets, trimmed. Throws Error(kInvalidArgument), naming
// `flag`, where brackets do not match or a piece is empty; an empty text has no pieces.
std::vector<std::string_view> SplitOutsideBrackets(std::string_view text, std::string_view flag);

}  // namespace stepwell::converter
