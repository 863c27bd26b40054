#pragma once

#include <span>

#include "stepwell/ir/subgraph.h"

namespace stepwell::ops::control {

// What is known of a node's input from outside of its body.
struct OuterInput {
  TensorType type;
  const ir::ConstantData* constant = nullptr;  // null unless it is a constant
};

// The body as the node's inputs make it: its own inputs have the types of their slices (or of the whole outer tensors),
// and all types behind them follow anew. A whole outer input that is constant and not replaced by a back edge is a
// constant in the body, too; the body's inputs keep their places. Throws Error(kInvalidModel) when the maps contradict
// the body or the node, or a back edge changes the type of what it carries.
ir::Graph BodyFor(const ir::SubgraphOp& op, std::span<const OuterInput> inputs);

// Whether a back edge gives the body input at every iteration but the first.
bool IsCarried(const ir::SubgraphOp& op, std::int64_t body_input);

// The number of iterations that the sliced inputs give; nothing when there is none, kDynamic when it is not known yet.
std::optional<Dim> NumSlicedIterations(const ir::SubgraphOp& op, std::span<const OuterInput> inputs);

}  // namespace stepwell::ops::control
