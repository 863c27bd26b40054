#pragma once

#include <memory>

#include "stepwell/ir/subgraph.h"

namespace stepwell::passes {

// The loop with another body, which has the same inputs and outputs.
std::shared_ptr<const ir::Op> WithBody(const ir::SubgraphOp& loop, ir::Graph body);

}  // namespace stepwell::passes
