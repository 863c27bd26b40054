#pragma once

#include <span>

#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/converter/states/variable_loops.h"

namespace stepwell::converter {

// Adds the outputs of a graph whose user named none: where the graph ends, without the next values of loops. Throws
// Error(kUnsupported) listing the ops that cannot be rewritten, and the outputs that do not need them, and
// Error(kInvalidArgument) where the graph has no output. `depends`, by NodeIndex: on the call's data or on a loop's
// variable.
void AddDefaultOutputs(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                       const std::vector<bool>& depends, ConversionPlan& plan);

}  // namespace stepwell::converter
