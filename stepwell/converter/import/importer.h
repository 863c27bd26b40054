#pragma once

#include <cstddef>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/converter/import/import_plan.h"
#include "stepwell/converter/import/variables.h"
#include "stepwell/ir/builder.h"

namespace stepwell::converter {

// The nodes that the outputs of a plan are computed from, each after its inputs.
std::vector<NodeIndex> NeededNodes(const SourceEdges& edges, const ImportPlan& plan);

// Throws Error(kUnsupported) unless every one of the nodes can be rewritten: all ops without an import rule with their
// counts and first nodes, and the nodes whose output shapes depend on data.
void CheckImportable(const SourceEdges& edges, std::span<const NodeIndex> nodes);
// The same as a list for people; empty where all can be rewritten.
std::string UnimportableOps(const SourceEdges& edges, std::span<const NodeIndex> nodes);

// Called before each node: how many are done, of how many.
using ImportProgress = FunctionRef<void(std::size_t done, std::size_t all)>;

// Rewrites what the outputs of a plan need, node by node. Constants and variables of the checkpoint are taken without
// copying; copies become further names of their value; control edges do not count. The plan's inputs all become inputs,
// in their order, then its outputs outputs. A placeholder that is reached and is no input of the plan is an Error, as
// are variables without a value. Errors name the node.
ir::GraphBuilder ImportNodes(
    const SourceEdges& edges, const Variables& variables, const ImportPlan& plan,
    ImportProgress progress = [](std::size_t, std::size_t) {});

}  // namespace stepwell::converter
