#pragma once

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

using NodeIndex = std::size_t;  // into SourceGraph::nodes()

// One output of a node.
struct TensorId {
  NodeIndex node = 0;
  int port = 0;
  friend auto operator<=>(const TensorId&, const TensorId&) = default;
};

// One data input of a node.
struct Use {
  NodeIndex node = 0;
  std::size_t input = 0;
  friend auto operator<=>(const Use&, const Use&) = default;
};

// The edges of a SourceGraph as indices, in both directions, and its order. The graph must be valid
// (SourceGraph::Validate) and outlive it. Immutable.
class SourceEdges {
 public:
  explicit SourceEdges(const SourceGraph& graph);

  const SourceGraph& graph() const { return *graph_; }
  const SourceNode& node(NodeIndex index) const { return graph_->nodes()[index]; }
  std::size_t size() const { return graph_->nodes().size(); }

  std::span<const TensorId> inputs(NodeIndex node) const { return inputs_[node]; }  // data, in order
  std::span<const NodeIndex> control_inputs(NodeIndex node) const { return control_inputs_[node]; }
  std::span<const Use> uses(NodeIndex node) const { return uses_[node]; }  // of any of its outputs, as data
  // Every node after its data and control inputs.
  std::span<const NodeIndex> order() const { return order_; }

  // "name:port", without ":0".
  std::string ToText(TensorId tensor) const;
  // The tensor that a chain of copies (IsCopy) ending in `tensor` started from.
  TensorId Origin(TensorId tensor) const;

 private:
  const SourceGraph* graph_;
  std::vector<std::vector<TensorId>> inputs_;
  std::vector<std::vector<NodeIndex>> control_inputs_;
  std::vector<std::vector<Use>> uses_;
  std::vector<NodeIndex> order_;
};

enum class Follow : std::uint8_t { kData, kDataAndControl };

// By NodeIndex: the roots and all nodes that they depend on. `enter` says whether the inputs of a node are followed;
// a node that is not entered is still marked.
std::vector<bool> NodesBehind(const SourceEdges& edges, std::span<const NodeIndex> roots, Follow follow,
                              FunctionRef<bool(NodeIndex)> enter);

// By NodeIndex: the nodes for which `is_source` holds and all that depend on one of them by data edges. `passes` says
// whether a node hands the dependence on.
std::vector<bool> NodesAhead(const SourceEdges& edges, FunctionRef<bool(NodeIndex)> is_source,
                             FunctionRef<bool(NodeIndex)> passes);

}  // namespace stepwell::converter
