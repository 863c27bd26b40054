#include "stepwell/ir/structure.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::ir {

std::set<std::string> StructureVariables(const Graph& graph) {
  std::set<std::string> variables;
  const auto entry = graph.metadata().find(std::string(kStructureVariables));
  if (entry == graph.metadata().end()) return variables;
  for (const std::string_view name : Split(entry->second, ' ')) variables.emplace(name);
  return variables;
}

void RequireWeights(const Graph& graph) {
  const std::set<std::string> variables = StructureVariables(graph);
  if (variables.empty()) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("the model '{}' is a structure without weights: {} variables, such as '{}', have no value; "
                          "convert it with its checkpoint, -w PREFIX in MMdnn's spelling or --input_checkpoint PREFIX",
                          graph.name(), variables.size(), *variables.begin()));
}

}  // namespace stepwell::ir
