#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "stepwell/ir/xml_document.h"

// Internal.
namespace stepwell::ir {

// The edges of an XmlGraph, resolved and checked.
struct XmlWiring {
  // An output port of a layer, both as indices.
  struct Source {
    std::size_t layer = 0;
    std::size_t output = 0;
  };
  std::map<std::int64_t, std::size_t> layer_of_id;
  std::vector<std::vector<Source>> sources;  // of each layer's inputs, in the order of its ports
  std::vector<std::size_t> order;            // layers, each after its sources, else in the order of the file
};

// Throws Error(kInvalidModel) for an edge from or to a layer or port that does not exist, an input port without an edge
// or with two, and a cycle.
XmlWiring Wire(const XmlGraph& graph);

}  // namespace stepwell::ir
