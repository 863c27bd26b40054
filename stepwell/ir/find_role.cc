#include "stepwell/ir/find_role.h"

namespace stepwell::ir {

std::optional<std::size_t> FindInputOfRole(const Graph& graph, std::string_view role) {
  const auto found = graph.roles().find(std::string(role));
  return found == graph.roles().end() ? std::nullopt : graph.FindInput(found->second);
}

std::optional<std::size_t> FindOutputOfRole(const Graph& graph, std::string_view role) {
  const auto found = graph.roles().find(std::string(role));
  return found == graph.roles().end() ? std::nullopt : graph.FindOutput(found->second);
}

}  // namespace stepwell::ir
