#pragma once

#include <vector>

#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/ir/builder.h"

namespace stepwell::converter {

// Adds the pairs that edges prove (tensor_loops.h) between inputs and outputs that no pair has yet. A warning says
// where an input looks like a state whose next value is at the end of the graph and not among the outputs.
void PairByEdges(const SourceEdges& edges, const Variables& variables, const std::vector<bool>& depends_on_call,
                 ConversionPlan& plan);

// Adds the states to a graph with the plan's inputs and outputs: of the pairs that only edges prove those whose types
// agree, if neither end is claimed twice; all others. Throws Error where a pair that is not for choice does not fit.
// Pairs in doubt are left out with a warning.
void AddStates(const ConversionPlan& plan, ir::GraphBuilder& builder, std::vector<std::string>& warnings);

}  // namespace stepwell::converter
