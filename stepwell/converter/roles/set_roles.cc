#include "stepwell/converter/roles/set_roles.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/roles/find_roles.h"
#include "stepwell/ir/roles.h"
#include "stepwell/ir/structure.h"

namespace stepwell::converter {
namespace {

// A role of the user's own may be for an application of the user's own, or a slip.
void WarnOfOwnRole(const std::string& role, std::vector<std::string>& warnings) {
  if (std::find(ir::kAllRoles.begin(), ir::kAllRoles.end(), role) != ir::kAllRoles.end()) return;
  const std::vector<std::string> known(ir::kAllRoles.begin(), ir::kAllRoles.end());
  warnings.push_back(fmt::format("no command looks for the role '{}'{}", role, DidYouMean(role, known)));
}

// The input or output that --role means.
std::string NamedByRole(const ir::Graph& graph, const std::string& role, const std::string& name) {
  if (const auto input = graph.FindInput(name)) return graph.inputs()[*input].name;
  if (const auto output = graph.FindOutput(name)) return graph.outputs()[*output].name;
  std::vector<std::string> names;
  for (const ir::Input& input : graph.inputs()) names.push_back(input.name);
  for (const ir::Output& output : graph.outputs()) names.push_back(output.name);
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("--role {}={}: there is no such input or output{}", role, name, DidYouMean(name, names)));
}

void SetFoundRoles(ir::GraphBuilder& builder) {
  const FoundRoles found = FindRoles(builder.graph());
  for (const auto& [role, name] : found.roles) builder.SetRole(role, name);
  for (const auto& [key, value] : found.metadata) builder.SetMetadata(key, value);
}

}  // namespace

void SetRoles(ir::GraphBuilder& builder, const std::map<std::string, std::string>& named,
              std::vector<std::string>& warnings) {
  if (ir::StructureVariables(builder.graph()).empty()) SetFoundRoles(builder);
  for (const auto& [role, name] : named) {
    builder.SetRole(role, NamedByRole(builder.graph(), role, name));
    WarnOfOwnRole(role, warnings);
  }
}

}  // namespace stepwell::converter
