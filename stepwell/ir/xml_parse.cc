#include <fmt/format.h>

#include <pugixml.hpp>
#include <set>

#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/ir/weights_mark.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_document.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kOldestVersion = 10;
constexpr std::int64_t kNewestVersion = 11;
using limits::kDeepestBody;
constexpr int kDeepestFact = 4;
constexpr std::size_t kMostPorts = limits::kMostLayerPorts;  // they are searched one by one

XmlGraph ParseGraph(const pugi::xml_node& node, int depth);

const char* RequiredAttribute(const pugi::xml_node& node, const char* name) {
  const pugi::xml_attribute attribute = node.attribute(name);
  if (!attribute) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("<{}> at byte {} has no attribute '{}'", node.name(), node.offset_debug(), name));
  }
  return attribute.value();
}

std::int64_t RequiredInt(const pugi::xml_node& node, const char* name) {
  const auto frame = [&] {
    return fmt::format("reading '{}' of <{}> at byte {}", name, node.name(), node.offset_debug());
  };
  return While(frame, [&] { return ParseXmlInt(RequiredAttribute(node, name)); });
}

std::int64_t IntOr(const pugi::xml_node& node, const char* name, std::int64_t otherwise) {
  return node.attribute(name) ? RequiredInt(node, name) : otherwise;
}

Shape ParsePortShape(const pugi::xml_node& port) {
  Shape shape;
  for (const pugi::xml_node dim : port.children("dim")) {
    const std::int64_t extent = ParseXmlInt(dim.text().get());
    if (extent < kDynamic) throw Error(ErrorKind::kInvalidModel, fmt::format("a port has the dimension {}", extent));
    shape.Append(extent);
  }
  return shape;
}

std::vector<XmlPort> ParsePorts(const pugi::xml_node& list) {
  std::vector<XmlPort> ports;
  std::set<std::int64_t> ids;
  for (const pugi::xml_node node : list.children("port")) {
    XmlPort port;
    port.id = RequiredInt(node, "id");
    if (!ids.insert(port.id).second) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("two ports have the id {}", port.id));
    }
    port.precision = FindDType(node.attribute("precision").value());
    port.shape = ParsePortShape(node);
    port.names = ParseXmlTensorNames(node.attribute("names").value());
    ports.push_back(std::move(port));
  }
  if (ports.size() > kMostPorts) {
    throw Error(ErrorKind::kUnsupported, fmt::format("a layer has {} ports, more than {}", ports.size(), kMostPorts));
  }
  return ports;
}

std::optional<SubgraphOp::Slicing> ParseSlicing(const pugi::xml_node& node) {
  if (!node.attribute("axis")) return std::nullopt;
  return SubgraphOp::Slicing{.axis = RequiredInt(node, "axis"),
                             .start = IntOr(node, "start", 0),
                             .end = IntOr(node, "end", -1),
                             .stride = IntOr(node, "stride", 1),
                             .part_size = IntOr(node, "part_size", 1)};
}

std::vector<XmlPortMapping> ParseMappings(const pugi::xml_node& port_map, const char* direction) {
  std::vector<XmlPortMapping> mappings;
  for (const pugi::xml_node node : port_map.children(direction)) {
    mappings.push_back({RequiredInt(node, "external_port_id"), RequiredInt(node, "internal_layer_id"),
                        ParseSlicing(node), node.attribute("purpose").value()});
  }
  return mappings;
}

std::unique_ptr<XmlSubgraph> ParseSubgraph(const pugi::xml_node& layer, int depth) {
  if (depth > kDeepestBody) {
    throw Error(ErrorKind::kUnsupported, fmt::format("bodies are nested more than {} deep", kDeepestBody));
  }
  auto subgraph = std::make_unique<XmlSubgraph>();
  const pugi::xml_node port_map = layer.child("port_map");
  subgraph->inputs = ParseMappings(port_map, "input");
  subgraph->outputs = ParseMappings(port_map, "output");
  for (const pugi::xml_node edge : layer.child("back_edges").children("edge")) {
    subgraph->back_edges.emplace_back(RequiredInt(edge, "from-layer"), RequiredInt(edge, "to-layer"));
  }
  subgraph->body = While([] { return "reading its body"; }, [&] { return ParseGraph(layer.child("body"), depth); });
  return subgraph;
}

std::vector<XmlAttribute> ParseAttributes(const pugi::xml_node& layer) {
  std::vector<XmlAttribute> attributes;
  for (const pugi::xml_attribute attribute : layer.child("data").attributes()) {
    attributes.push_back({attribute.name(), attribute.value()});
  }
  return attributes;
}

XmlLayer ParseLayer(const pugi::xml_node& node, int depth) {
  XmlLayer layer;
  layer.id = RequiredInt(node, "id");
  layer.name = RequiredAttribute(node, "name");
  layer.type = RequiredAttribute(node, "type");
  layer.opset = node.attribute("version").value();
  const auto frame = [&] { return fmt::format("reading layer {} '{}' ({})", layer.id, layer.name, layer.type); };
  While(frame, [&] {
    layer.attributes = ParseAttributes(node);
    layer.inputs = ParsePorts(node.child("input"));
    layer.outputs = ParsePorts(node.child("output"));
    layer.output_names = ParseXmlTensorNames(node.attribute("output_names").value());
    if (node.child("body")) layer.subgraph = ParseSubgraph(node, depth + 1);
  });
  return layer;
}

XmlGraph ParseGraph(const pugi::xml_node& node, int depth) {
  XmlGraph graph;
  std::set<std::int64_t> ids;
  for (const pugi::xml_node layer : node.child("layers").children("layer")) {
    if (graph.layers.size() == limits::kMostNodes) {
      throw Error(ErrorKind::kUnsupported, fmt::format("the graph has more than {} layers", limits::kMostNodes));
    }
    graph.layers.push_back(ParseLayer(layer, depth));
    if (!ids.insert(graph.layers.back().id).second) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("two layers have the id {}, the second one is '{}'",
                                                        graph.layers.back().id, graph.layers.back().name));
    }
  }
  for (const pugi::xml_node edge : node.child("edges").children("edge")) {
    graph.edges.push_back({RequiredInt(edge, "from-layer"), IntOr(edge, "from-port", 0), RequiredInt(edge, "to-layer"),
                           IntOr(edge, "to-port", 0)});
  }
  return graph;
}

// OpenVINO says names that are no XML names with <info name="...">.
std::string FactName(const pugi::xml_node& node) {
  const pugi::xml_attribute name = node.attribute("name");
  return name && std::string_view(node.name()) == "info" ? name.value() : node.name();
}

XmlFact ParseFact(const pugi::xml_node& node, int depth) {
  XmlFact fact{FactName(node), node.attribute("value").value(), {}};
  if (depth == kDeepestFact) return fact;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element) fact.children.push_back(ParseFact(child, depth + 1));
  }
  return fact;
}

pugi::xml_node RequireNet(const pugi::xml_document& document) {
  const pugi::xml_node net = document.child("net");
  if (!net) throw Error(ErrorKind::kInvalidModel, "no <net> was found: this is not OpenVINO IR");
  const std::int64_t version = RequiredInt(net, "version");
  if (version < kOldestVersion || version > kNewestVersion) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("IR version {} to {} was expected and {} found", kOldestVersion, kNewestVersion, version));
  }
  return net;
}

}  // namespace

const std::string* XmlLayer::FindAttribute(std::string_view attribute) const {
  for (const XmlAttribute& entry : attributes) {
    if (entry.name == attribute) return &entry.value;
  }
  return nullptr;
}

const std::string& XmlLayer::Attribute(std::string_view attribute) const {
  const std::string* value = FindAttribute(attribute);
  if (value == nullptr) throw Error(ErrorKind::kInvalidModel, fmt::format("attribute '{}' is missing", attribute));
  return *value;
}

XmlDocument ParseXml(std::span<const std::byte> text) {
  pugi::xml_document document;
  const pugi::xml_parse_result result =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_pi);
  if (!result) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("XML is damaged at byte {}: {}", result.offset, result.description()));
  }
  const pugi::xml_node net = RequireNet(document);
  XmlDocument parsed;
  parsed.name = net.attribute("name").value();
  parsed.graph = ParseGraph(net, 0);
  if (const pugi::xml_node facts = net.child("rt_info").child("stepwell")) parsed.facts = ParseFact(facts, 0);
  if (const pugi::xml_node mark = document.child(kWeightsMarkName)) parsed.weights_mark = mark.value();
  return parsed;
}

}  // namespace stepwell::ir
