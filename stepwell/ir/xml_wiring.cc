#include "stepwell/ir/xml_wiring.h"

#include <fmt/format.h>

#include <optional>

#include "stepwell/base/error.h"

namespace stepwell::ir {
namespace {

using Sources = std::vector<std::vector<XmlWiring::Source>>;

std::string Describe(const XmlLayer& layer) {
  return fmt::format("layer {} '{}' ({})", layer.id, layer.name, layer.type);
}

std::string Describe(const XmlEdge& edge) {
  return fmt::format("the edge from layer {} port {} to layer {} port {}", edge.from_layer, edge.from_port,
                     edge.to_layer, edge.to_port);
}

using PortIndex = std::map<std::pair<std::size_t, std::int64_t>, std::size_t>;  // (layer, port id) -> position

PortIndex IndexPorts(const XmlGraph& graph, std::vector<XmlPort> XmlLayer::*ports) {
  PortIndex index;
  for (std::size_t layer = 0; layer < graph.layers.size(); ++layer) {
    const std::vector<XmlPort>& list = graph.layers[layer].*ports;
    for (std::size_t port = 0; port < list.size(); ++port) index[{layer, list[port].id}] = port;
  }
  return index;
}

std::size_t FindLayer(const XmlWiring& wiring, std::int64_t id, const XmlEdge& edge) {
  const auto found = wiring.layer_of_id.find(id);
  if (found == wiring.layer_of_id.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} names a layer that does not exist", Describe(edge)));
  }
  return found->second;
}

std::size_t FindPort(const PortIndex& ports, std::size_t layer, std::int64_t port, const XmlEdge& edge) {
  const auto found = ports.find({layer, port});
  if (found == ports.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} names a port that does not exist", Describe(edge)));
  }
  return found->second;
}

Sources ResolveEdges(const XmlGraph& graph, const XmlWiring& wiring) {
  const PortIndex inputs = IndexPorts(graph, &XmlLayer::inputs);
  const PortIndex outputs = IndexPorts(graph, &XmlLayer::outputs);
  std::vector<std::vector<std::optional<XmlWiring::Source>>> found(graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i) found[i].resize(graph.layers[i].inputs.size());
  for (const XmlEdge& edge : graph.edges) {
    const std::size_t from = FindLayer(wiring, edge.from_layer, edge);
    const std::size_t to = FindLayer(wiring, edge.to_layer, edge);
    auto& source = found[to][FindPort(inputs, to, edge.to_port, edge)];
    if (source) throw Error(ErrorKind::kInvalidModel, fmt::format("{} is the second one to its end", Describe(edge)));
    source = XmlWiring::Source{from, FindPort(outputs, from, edge.from_port, edge)};
  }
  Sources sources(graph.layers.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (std::size_t port = 0; port < found[i].size(); ++port) {
      if (!found[i][port]) {
        throw Error(ErrorKind::kInvalidModel, fmt::format("no edge ends at port {} of {}",
                                                          graph.layers[i].inputs[port].id, Describe(graph.layers[i])));
      }
      sources[i].push_back(*found[i][port]);
    }
  }
  return sources;
}

// Depth first from each layer of the file in turn, so that a file that is in order keeps its order.
class Sorter {
 public:
  Sorter(const XmlGraph& graph, const Sources& sources)
      : graph_(graph), sources_(sources), marks_(sources.size(), Mark::kNew) {}

  std::vector<std::size_t> Sort() {
    for (std::size_t layer = 0; layer < sources_.size(); ++layer) Visit(layer);
    return std::move(order_);
  }

 private:
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  struct Frame {
    std::size_t layer;
    std::size_t next_input;
  };

  void Visit(std::size_t start) {
    Enter(start);
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      if (frame.next_input < sources_[frame.layer].size()) {
        Enter(sources_[frame.layer][frame.next_input++].layer);
      } else {
        marks_[frame.layer] = Mark::kDone;
        order_.push_back(frame.layer);
        stack_.pop_back();
      }
    }
  }

  void Enter(std::size_t layer) {
    if (marks_[layer] == Mark::kOpen) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("{} depends on itself", Describe(graph_.layers[layer])));
    }
    if (marks_[layer] == Mark::kDone) return;
    marks_[layer] = Mark::kOpen;
    stack_.push_back({layer, 0});
  }

  const XmlGraph& graph_;
  const Sources& sources_;
  std::vector<Mark> marks_;
  std::vector<Frame> stack_;
  std::vector<std::size_t> order_;
};

}  // namespace

XmlWiring Wire(const XmlGraph& graph) {
  XmlWiring wiring;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) wiring.layer_of_id[graph.layers[i].id] = i;
  wiring.sources = ResolveEdges(graph, wiring);
  wiring.order = Sorter(graph, wiring.sources).Sort();
  return wiring;
}

}  // namespace stepwell::ir
