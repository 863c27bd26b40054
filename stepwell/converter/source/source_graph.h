#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/source_node.h"

namespace stepwell::converter {

// A GraphDef: nodes in the order of the file. Immutable; may be read by many threads. Pointers and indices into it stay
// valid as long as it lives, also when it is moved.
class SourceGraph {
 public:
  struct Parts {
    std::vector<SourceNode> nodes;
    std::int64_t producer = 0;  // version of TensorFlow's graph format that wrote it; 0 where not said
    SharedBytes library;        // the FunctionDefLibrary as it stands in the file; empty without functions
  };

  SourceGraph() = default;
  explicit SourceGraph(Parts parts);
  SourceGraph(SourceGraph&&) = default;
  SourceGraph& operator=(SourceGraph&&) = default;

  const std::vector<SourceNode>& nodes() const { return parts_.nodes; }
  std::int64_t producer() const { return parts_.producer; }
  const SharedBytes& library() const { return parts_.library; }

  // The first node of that name, or null. No ":port" and no "^".
  const SourceNode* FindNode(std::string_view name) const;
  std::optional<std::size_t> FindIndex(std::string_view name) const;
  // The node of that name; throws Error(kInvalidArgument) with the nearest names where there is none.
  const SourceNode& Node(std::string_view name) const;
  std::vector<std::string> NodeNames() const;

  // Throws Error(kInvalidModel), naming the nodes, unless names are unique and not empty, inputs exist, and no cycle
  // remains when the edges out of NextIteration are taken away.
  void Validate() const;

  // Indices of nodes(), each after all its data and control inputs (edges out of NextIteration do not count). Throws as
  // Validate does for absent inputs and cycles.
  std::vector<std::size_t> TopologicalOrder() const;

 private:
  Parts parts_;
  std::unordered_map<std::string_view, std::size_t> index_of_;  // keys point into parts_.nodes
};

}  // namespace stepwell::converter
