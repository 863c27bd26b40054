#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/ops/registry.h"

namespace stepwell::converter {
namespace {

constexpr std::size_t kMostNodesNamed = 3;

// What the importer rewrites itself.
bool IsBuiltIn(const SourceNode& node) {
  return IsConst(node) || IsPlaceholder(node) || IsVariable(node) || IsCopy(node) || IsAssign(node) ||
         node.op == "ReadVariableOp";
}

std::string FirstNames(const std::vector<std::string>& names) {
  const auto shown = std::span(names).first(std::min(names.size(), kMostNodesNamed));
  return fmt::format("'{}'{}", Join(shown, "', '"), names.size() > shown.size() ? ", …" : "");
}

}  // namespace

std::string UnimportableOps(const SourceEdges& edges, std::span<const NodeIndex> nodes) {
  std::map<std::string, std::vector<std::string>> names_of_op;
  for (const NodeIndex index : nodes) {
    const SourceNode& node = edges.node(index);
    const bool known = IsBuiltIn(node) || (!HasDataDependentShape(node) && ops::FindImportRule(node.op) != nullptr);
    if (!known) names_of_op[node.op].push_back(node.name);
  }
  std::vector<std::string> ops;
  for (const auto& [op, names] : names_of_op) {
    const bool depends = HasDataDependentShape(edges.graph().Node(names.front()));
    ops.push_back(fmt::format("{} ({}: {}{})", op, names.size(), FirstNames(names),
                              depends ? "; the shape of its output depends on data" : ""));
  }
  return Join(ops, ", ");
}

void CheckImportable(const SourceEdges& edges, std::span<const NodeIndex> nodes) {
  const std::string ops = UnimportableOps(edges, nodes);
  if (ops.empty()) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("these ops are not supported: {}. Nodes behind a tensor that is made "
                          "an input (--input NAME:PORT[SHAPE]) are not needed",
                          ops));
}

}  // namespace stepwell::converter
