#include "stepwell/ir/xml_layer_type.h"

#include <fmt/format.h>

#include <map>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::ir {
namespace {

bool IsKnownType(std::string_view type, OpFactory factory) {
  return IsInputType(type) || IsOutputType(type) || type == Constant::kName || factory(type) != nullptr;
}

void CountTypes(const XmlGraph& graph, std::map<std::string_view, std::size_t>& counts) {
  for (const XmlLayer& layer : graph.layers) {
    ++counts[layer.type];
    if (layer.subgraph) CountTypes(layer.subgraph->body, counts);
  }
}

}  // namespace

void RequireKnownTypes(const XmlGraph& graph, OpFactory factory) {
  std::map<std::string_view, std::size_t> counts;
  CountTypes(graph, counts);
  std::vector<std::string> unknown;
  for (const auto& [type, count] : counts) {
    if (!IsKnownType(type, factory)) unknown.push_back(fmt::format("{} ({})", type, count));
  }
  if (unknown.empty()) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("layer types that are not supported: {}", Join(unknown, ", ")));
}

}  // namespace stepwell::ir
