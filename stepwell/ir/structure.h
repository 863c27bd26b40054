#pragma once

#include <set>
#include <string>
#include <string_view>

#include "stepwell/ir/graph.h"

// Structures: graphs without weights, whose variables are inputs. Their names stand in the graph's metadata.
namespace stepwell::ir {

// The key of the metadata that lists the variables: Input::name of each, between blanks.
inline constexpr std::string_view kStructureVariables = "variables";

// The inputs that are variables without a value; empty for a graph that has its weights.
std::set<std::string> StructureVariables(const Graph& graph);

// Throws Error(kInvalidArgument) saying how to convert the model with its weights where it has none.
void RequireWeights(const Graph& graph);

}  // namespace stepwell::ir
