#pragma once

#include <map>
#include <string>

#include "stepwell/ir/graph.h"

namespace stepwell::converter {

struct FoundRoles {
  std::map<std::string, std::string> roles;     // as in ir::Graph::roles()
  std::map<std::string, std::string> metadata;  // what the roles imply (ir::kLogitsKind)
};

// The roles (ir/roles.h) of a graph's inputs and outputs, by their shapes and the edges between them; names do not
// count. Roles that nothing fits, or more than one input, are left out. The graph may be under construction.
FoundRoles FindRoles(const ir::Graph& graph);

}  // namespace stepwell::converter
