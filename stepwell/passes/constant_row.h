#pragma once

#include <string>

#include "stepwell/ir/builder.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// Whether the value is a constant of as many elements as the last axis of `result`, lying along it: a bias, a scale.
bool IsConstantRow(const Matcher& matcher, ir::ValueId value, const Shape& result);

// The row as [n], whatever axes of 1 it has before.
ir::ValueId AddRow(ir::GraphBuilder& builder, const std::string& name, ir::ValueId row);

}  // namespace stepwell::passes
