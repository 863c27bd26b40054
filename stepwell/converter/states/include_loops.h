#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/converter/plan/requested_inputs.h"
#include "stepwell/converter/states/variable_loops.h"

namespace stepwell::converter {

// Who chose the outputs of a plan.
enum class OutputChoice : std::uint8_t { kUser, kDefault };

// The output that has the tensor's value, by name; one is added where there is none yet.
std::string WantOutput(const SourceEdges& edges, TensorId tensor, const std::string& name, ConversionPlan& plan);

// Makes of every loop that the plan's outputs need, or that another included loop needs, an input ("VAR/read"), an
// output (its next value) and a pair. Where the user made the variable an input, that input is paired; if the user also
// chose the outputs and the next value is not among them, the input stays without a pair and a warning says so.
void IncludeLoops(const SourceEdges& edges, const Variables& variables, std::span<const VariableLoop> loops,
                  std::span<const RequestedInput> requested, OutputChoice choice, ConversionPlan& plan);

}  // namespace stepwell::converter
