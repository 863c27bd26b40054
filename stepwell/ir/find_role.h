#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "stepwell/ir/graph.h"

namespace stepwell::ir {

// The index of the graph's input or output that has the role (ir/roles.h), or nothing.
std::optional<std::size_t> FindInputOfRole(const Graph& graph, std::string_view role);
std::optional<std::size_t> FindOutputOfRole(const Graph& graph, std::string_view role);

}  // namespace stepwell::ir
