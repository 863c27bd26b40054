#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/ir/builder.h"

namespace stepwell::ops {

// What an importer may ask of a source node. Hides protobuf: only converter/ knows where the answers come from.
// An attribute that is missing gives the fallback; one of another kind throws Error naming node, attribute, expected
// and found. Getters without a fallback throw when it is missing.
class SourceNode {
 public:
  virtual ~SourceNode() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view op() const = 0;  // TensorFlow's op, e.g. "BlockLSTM"
  virtual int num_inputs() const = 0;       // data inputs, without control edges
  virtual float FloatAttr(std::string_view key, float fallback) const = 0;
  virtual bool BoolAttr(std::string_view key, bool fallback) const = 0;
  virtual std::int64_t IntAttr(std::string_view key, std::int64_t fallback) const = 0;
  virtual std::string StringAttr(std::string_view key, std::string_view fallback) const = 0;
  virtual std::vector<std::int64_t> IntsAttr(std::string_view key) const = 0;  // empty when missing
  virtual DType TypeAttr(std::string_view key) const = 0;
  virtual std::optional<DType> TypeAttrIfAny(std::string_view key) const = 0;
  // Whether anything reads that output. A rule may return any value for an output that nothing reads.
  virtual bool IsOutputUsed(int) const { return true; }
};

// One TensorFlow node about to be rewritten as IR nodes.
struct ImportSite {
  const SourceNode& node;
  std::span<const ir::ValueId> inputs;  // data inputs in order
  ir::GraphBuilder& graph;

  ir::ValueId input(int index) const;  // throws Error(kInvalidModel) when the node has fewer
  const TensorType& type(int index) const { return graph.type(input(index)); }
  // The integers of an input that must be a constant here (an axis, a permutation); throws Error(kUnsupported) saying
  // which input depends on data otherwise.
  std::vector<std::int64_t> ConstInts(int index) const;
  std::int64_t ConstInt(int index) const;
  // A name below the node's: "lstm/BlockLSTM/W".
  std::string Name(std::string_view suffix = {}) const;

  // Adds a node with one output; the first without suffix is the one that answers to the TensorFlow node's name.
  template <class ConcreteOp>
  ir::ValueId Add(std::string_view suffix, ConcreteOp op, std::vector<ir::ValueId> values) const {
    return graph.AddOne(Name(suffix), std::move(op), std::move(values));
  }
  ir::ValueId Ints(std::string_view suffix, std::vector<std::int64_t> values) const;
  ir::ValueId Int(std::string_view suffix, std::int64_t value) const;
  ir::ValueId Float(std::string_view suffix, float value) const;
};

// Rewrites one TensorFlow op as IR nodes and returns the values that stand for its outputs, in order.
struct ImportRule {
  std::string_view source_op;
  std::vector<ir::ValueId> (*import)(const ImportSite& site);
};

}  // namespace stepwell::ops
