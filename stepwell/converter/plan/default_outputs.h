#pragma once

#include <span>

#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/converter/states/variable_loops.h"

namespace stepwell::converter {

// Adds the outputs of a graph whose user named none: where the graph ends, without the next values of loops. Those that
// need ops that cannot be rewritten are left out with a warning; throws Error(kUnsupported) listing these ops if none
// remains, and Error(kInvalidArgument) if there is nothing to be left out. `depends`, by NodeIndex: on the call's data
// or on a loop's variable.
void AddDefaultOutputs(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                       const std::vector<bool>& depends, ConversionPlan& plan);

}  // namespace stepwell::converter
