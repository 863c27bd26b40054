#pragma once

#include <optional>

#include "stepwell/ops/attention/attention.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

struct AttentionPattern {
  ops::attention::Attention op;
  ir::ValueId q;
  ir::ValueId k;
  ir::ValueId v;
  std::optional<ir::ValueId> mask;
  const ir::Node* last = nullptr;
};

// The attention around a node that is its SoftMax. Nothing where anything between the products is needed elsewhere.
std::optional<AttentionPattern> MatchAttention(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
