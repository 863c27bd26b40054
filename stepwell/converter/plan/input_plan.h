#pragma once

#include <optional>
#include <vector>

#include "stepwell/converter/plan/conversion_plan.h"
#include "stepwell/converter/plan/requested_inputs.h"

namespace stepwell::converter {

// The variable that a user names by itself or by a read of it; nothing for other tensors.
std::optional<NodeIndex> VariableNamed(const SourceEdges& edges, const Variables& variables, TensorId tensor);

// Adds the input, or where it is frozen the constant, that a request becomes. Throws Error(kInvalidArgument) where its
// type or shape is neither known nor said, and where shape or value do not fit.
void AddRequestedInput(const SourceEdges& edges, const Variables& variables, const RequestedInput& request,
                       ConversionPlan& plan);

// What a placeholder becomes when nobody says otherwise.
ImportInput PlaceholderInput(const SourceEdges& edges, NodeIndex placeholder);

// What a variable that is a state becomes: "VAR/read". `next_reads` (reads behind its assign) are not its value.
ImportInput VariableInput(const SourceEdges& edges, const Variables& variables, NodeIndex variable,
                          std::span<const TensorId> next_reads);

}  // namespace stepwell::converter
