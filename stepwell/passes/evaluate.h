#pragma once

#include <span>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::passes {

// Runs one op on known values: infers its output types from them, makes its kernel, runs it. Every input counts as
// known to Infer and to the kernel. Throws Error(kUnsupported) where the shape of an output depends on more than Infer
// is told, and what Infer and the kernel throw. The results own their memory.
std::vector<ir::ConstantData> EvaluateOp(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                         ops::KernelSet set);

// Runs a graph node by node, without a plan: nothing is folded, fused or reused, each value lives until its last use.
// `inputs` are those of the graph, in its order; their shapes may be any that its dynamic dimensions allow. Returns the
// graph's outputs, in its order. Slow and plain: for verification, folding and tests. An Error names the node.
std::vector<Tensor> Evaluate(const ir::Graph& graph, std::span<const ConstTensorView> inputs, ops::KernelSet set);

}  // namespace stepwell::passes
