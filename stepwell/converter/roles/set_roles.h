#pragma once

#include <map>
#include <string>
#include <vector>

#include "stepwell/ir/builder.h"

namespace stepwell::converter {

// Gives the graph under construction the roles that it shows (find_roles.h), and those that the user named (role ->
// name of an input or output), which win. A structure (ir/structure.h), whose inputs are variables, shows none. Adds a
// warning for a role that no command looks for. Throws Error(kInvalidArgument) for a name that is neither input nor
// output.
void SetRoles(ir::GraphBuilder& builder, const std::map<std::string, std::string>& named,
              std::vector<std::string>& warnings);

}  // namespace stepwell::converter
