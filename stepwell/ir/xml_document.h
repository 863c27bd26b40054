#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/shape.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ir/xml_fact.h"

// Internal. The `.xml` of an IR file as plain structures: what it says, not yet whether it makes sense.
namespace stepwell::ir {

struct XmlAttribute {
  std::string name;
  std::string value;
};

struct XmlPort {
  std::int64_t id = 0;
  std::optional<DType> precision;  // none where the file names one we do not have, or none
  Shape shape;                     // a scalar and an unknown rank look alike in the file
  std::vector<std::string> names;
};

struct XmlEdge {
  std::int64_t from_layer = 0;
  std::int64_t from_port = 0;
  std::int64_t to_layer = 0;
  std::int64_t to_port = 0;
};

struct XmlLayer;

// Layers in the order of the file. Ids are unique.
struct XmlGraph {
  std::vector<XmlLayer> layers;
  std::vector<XmlEdge> edges;
};

// One line of a port_map. `external_port_id` is a port of the layer, `internal_layer_id` a Parameter or Result of the
// body.
struct XmlPortMapping {
  std::int64_t external_port_id = -1;
  std::int64_t internal_layer_id = 0;
  std::optional<SubgraphOp::Slicing> slicing;
  std::string purpose;
};

struct XmlSubgraph {
  XmlGraph body;
  std::vector<XmlPortMapping> inputs;
  std::vector<XmlPortMapping> outputs;
  std::vector<std::pair<std::int64_t, std::int64_t>> back_edges;  // a Result and a Parameter of the body
};

struct XmlLayer {
  std::int64_t id = 0;
  std::string name;
  std::string type;
  std::string opset;  // "opset1"; empty where the file does not say it
  std::vector<XmlAttribute> attributes;
  std::vector<XmlPort> inputs;
  std::vector<XmlPort> outputs;
  std::vector<std::string> output_names;  // of a Result, since OpenVINO 2025
  std::unique_ptr<XmlSubgraph> subgraph;  // of TensorIterator and Loop

  const std::string* FindAttribute(std::string_view attribute) const;
  // Throws Error(kInvalidModel) when the layer has no such attribute.
  const std::string& Attribute(std::string_view attribute) const;
};

struct XmlDocument {
  std::string name;
  XmlGraph graph;
  std::optional<XmlFact> facts;             // what stands below <rt_info><stepwell>
  std::optional<std::string> weights_mark;  // see weights_mark.h
};

// Parses the text of an `.xml` file. Throws Error: kInvalidModel where it is damaged or contradicts itself in form (a
// missing attribute, a port or layer twice), kUnsupported for another version than 10 and 11 and for too deep nesting.
XmlDocument ParseXml(std::span<const std::byte> text);

}  // namespace stepwell::ir
