#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/base/shape.h"
#include "stepwell/converter/source/source_tensor.h"
#include "stepwell/converter/source/tf_type.h"

namespace stepwell::converter {

struct FunctionName {
  std::string name;
};

// A list attribute. TensorFlow fills one of these; an empty list does not say which it is.
struct AttrList {
  std::vector<std::string> strings;
  std::vector<std::int64_t> ints;
  std::vector<float> floats;
  std::vector<bool> bools;
  std::vector<TfType> types;
  std::vector<Shape> shapes;  // dynamic dimensions and unknown ranks allowed
  std::vector<SourceTensor> tensors;
  std::vector<FunctionName> functions;
};

// std::monostate: an attribute without a value, or of a kind that no graph to be run holds (a placeholder).
using SourceAttr = std::variant<std::monostate, std::string, std::int64_t, float, bool, TfType, Shape, SourceTensor,
                                AttrList, FunctionName>;

// "string", "int", ... for messages.
std::string_view AttrKindName(const SourceAttr& attr);

// One output of a node: "name:port".
struct SourceOutput {
  std::string node;
  int port = 0;
  friend bool operator==(const SourceOutput&, const SourceOutput&) = default;
};
// "name:port", without ":0".
std::string ToText(const SourceOutput& output);

// A NodeDef. The getters throw Error(kInvalidModel), naming node, attribute, expected and found, where the attribute
// has another kind; those without a fallback also where it is absent. With a fallback, an absent attribute gives that.
struct SourceNode {
  std::string name;
  std::string op;
  std::string device;
  std::vector<SourceOutput> inputs;  // data, in order
  std::vector<std::string> control_inputs;
  std::map<std::string, SourceAttr, std::less<>> attrs;

  bool HasAttr(std::string_view key) const { return attrs.find(key) != attrs.end(); }
  float FloatAttr(std::string_view key) const;
  float FloatAttr(std::string_view key, float fallback) const;
  std::int64_t IntAttr(std::string_view key) const;
  std::int64_t IntAttr(std::string_view key, std::int64_t fallback) const;
  bool BoolAttr(std::string_view key) const;
  bool BoolAttr(std::string_view key, bool fallback) const;
  TfType TypeAttr(std::string_view key) const;
  TfType TypeAttr(std::string_view key, TfType fallback) const;
  Shape ShapeAttr(std::string_view key) const;  // unknown dimensions and ranks allowed
  Shape ShapeAttr(std::string_view key, const Shape& fallback) const;
  std::string StringAttr(std::string_view key) const;
  std::string StringAttr(std::string_view key, std::string_view fallback) const;
  const SourceTensor& TensorAttr(std::string_view key) const;
  std::vector<std::int64_t> IntsAttr(std::string_view key) const;
  std::vector<std::int64_t> IntsAttr(std::string_view key, const std::vector<std::int64_t>& fallback) const;
  const AttrList& ListAttr(std::string_view key) const;
};

// A GraphDef: nodes in the order of the file. Immutable; may be read by many threads. Pointers and indices into it stay
// valid as long as it lives and is not moved.
class SourceGraph {
 public:
  struct Parts {
    std::vector<SourceNode> nodes;
    std::int64_t producer = 0;  // version of TensorFlow's graph format that wrote it; 0 where not said
    SharedBytes library;        // the FunctionDefLibrary as it stands in the file; empty without functions
  };

  SourceGraph() = default;
  explicit SourceGraph(Parts parts);

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

// A GraphDef message in protobuf's binary form; constants are slices of `bytes`. `Validate` is not called.
// Throws Error(kInvalidModel) saying at which byte, and in which node, the file is wrong.
SourceGraph ReadGraphDef(const SharedBytes& bytes);

}  // namespace stepwell::converter
