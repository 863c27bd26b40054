#pragma once

#include <span>

#include "stepwell/ir/builder.h"

namespace stepwell::passes {

// Whether such a node would have one output that equals its input 0: it changes neither shape, order nor dtype.
bool GivesInputBack(const ir::GraphBuilder& builder, const ir::Op& op, std::span<const ir::ValueId> inputs);

}  // namespace stepwell::passes
