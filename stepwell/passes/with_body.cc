#include "stepwell/passes/with_body.h"

#include "stepwell/ops/registry.h"

namespace stepwell::passes {

std::shared_ptr<const ir::Op> WithBody(const ir::SubgraphOp& loop, ir::Graph body) {
  const std::shared_ptr<ir::Op> copy = ops::MakeOp(loop.name());
  auto* const subgraph = dynamic_cast<ir::SubgraphOp*>(copy.get());
  STEPWELL_CHECK(subgraph != nullptr);
  *subgraph = loop;  // a loop has no fields beyond those of its base
  subgraph->body = std::make_shared<const ir::Graph>(std::move(body));
  return copy;
}

}  // namespace stepwell::passes
