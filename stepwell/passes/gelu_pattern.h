#pragma once

#include <optional>

#include "stepwell/ops/activation/gelu.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

struct GeluPattern {
  ops::activation::Gelu::Form form = ops::activation::Gelu::Form::kErf;
  ir::ValueId x;
  const ir::Node* result = nullptr;
};

// The GELU around a node that is a Tanh or an Erf, however its formula is written.
std::optional<GeluPattern> MatchGelu(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
