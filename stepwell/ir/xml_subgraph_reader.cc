#include "stepwell/ir/xml_subgraph_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/ir/xml_layer_type.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kNoPort = -1;

std::int64_t PositionOfPort(const std::vector<XmlPort>& ports, std::int64_t id) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const XmlPort& port) { return port.id == id; });
  if (found == ports.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the port_map names port {}, which the layer has not", id));
  }
  return found - ports.begin();
}

void RequireNoVariables(const XmlGraph& body) {
  for (const XmlLayer& layer : body.layers) {
    if (layer.type == kReadValueType || layer.type == kAssignType) {
      throw Error(ErrorKind::kUnsupported, fmt::format("layer '{}' ({}) keeps a variable inside a body; variables are "
                                                       "supported outside of bodies only",
                                                       layer.name, layer.type));
    }
  }
}

// Whether the mapping has the purpose, which then replaces an external port.
bool HasPurpose(const XmlPortMapping& mapping, std::string_view purpose) {
  if (!mapping.purpose.empty() && mapping.purpose != purpose) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("purpose '{}' was expected in the port_map and '{}' found", purpose, mapping.purpose));
  }
  return mapping.purpose == purpose;
}

void ReadInputMap(const XmlLayer& layer, const XmlGraphReader& body, SubgraphOp& op) {
  for (const XmlPortMapping& mapping : layer.subgraph->inputs) {
    const std::int64_t body_input = body.InputOfLayer(mapping.internal_layer_id);
    if (HasPurpose(mapping, kIterationPurpose)) op.iteration_input = body_input;
    if (mapping.external_port_id == kNoPort) continue;
    op.input_map.push_back({PositionOfPort(layer.inputs, mapping.external_port_id), body_input, mapping.slicing});
  }
}

void ReadOutputMap(const XmlLayer& layer, const XmlGraphReader& body, SubgraphOp& op) {
  for (const XmlPortMapping& mapping : layer.subgraph->outputs) {
    const std::int64_t body_output = body.OutputOfLayer(mapping.internal_layer_id);
    if (HasPurpose(mapping, kConditionPurpose)) op.condition_output = body_output;
    if (mapping.external_port_id == kNoPort) continue;
    op.output_map.push_back({PositionOfPort(layer.outputs, mapping.external_port_id), body_output, mapping.slicing});
  }
}

}  // namespace

void ReadSubgraph(const XmlLayer& layer, OpFactory factory, WeightsReader& weights, Op& op) {
  auto* subgraph = dynamic_cast<SubgraphOp*>(&op);
  if (subgraph == nullptr && layer.subgraph == nullptr) return;
  if (subgraph == nullptr) throw Error(ErrorKind::kInvalidModel, "a layer of this type has no body, but one was found");
  if (layer.subgraph == nullptr) throw Error(ErrorKind::kInvalidModel, "a body was expected and none found");
  RequireNoVariables(layer.subgraph->body);
  XmlGraphReader body(layer.subgraph->body, nullptr, factory, weights);
  body.Read();
  ReadInputMap(layer, body, *subgraph);
  ReadOutputMap(layer, body, *subgraph);
  for (const auto& [result, parameter] : layer.subgraph->back_edges) {
    subgraph->back_edges.push_back({body.OutputOfLayer(result), body.InputOfLayer(parameter)});
  }
  subgraph->body = std::make_shared<const Graph>(std::move(body.builder()).Build());
}

}  // namespace stepwell::ir
