#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/passes/constant_evaluator.h"

namespace stepwell::passes {

// Questions about the structure of a graph, for passes that look for patterns. Never asks for a name. The graph must
// outlive it.
class Matcher {
 public:
  explicit Matcher(const ir::Graph& graph);

  const ir::Graph& graph() const { return graph_; }
  const Shape& ShapeOf(ir::ValueId value) const { return graph_.value(value).type.shape; }
  // Whether it depends on constants alone, so that it may be packed into a kernel.
  bool IsConstant(ir::ValueId value) const { return constants_.IsConstant(value); }
  // The one number that all elements of a constant are; nothing where there is no such number.
  std::optional<double> UniformValue(ir::ValueId value) const;
  // How many inputs of nodes and outputs of the graph it is.
  int NumUses(ir::ValueId value) const { return num_uses_[value.index]; }
  // The nodes that read the value, in their order; one that reads it twice stands there twice.
  std::span<const ir::Node* const> Users(ir::ValueId value) const { return users_[value.index]; }
  // The only node that reads the value; null when there are none or more, or when it is an output of the graph.
  const ir::Node* OnlyUser(ir::ValueId value) const;

  // The node that computes the value when it is such an op; else null.
  template <class ConcreteOp>
  const ir::Node* Producer(ir::ValueId value) const {
    const ir::Node* node = graph_.producer(value);
    return node != nullptr && ir::As<ConcreteOp>(*node->op) != nullptr ? node : nullptr;
  }
  // The single input of the op (of one input) that computes the value.
  template <class ConcreteOp>
  std::optional<ir::ValueId> InputOf(ir::ValueId value) const {
    const ir::Node* node = Producer<ConcreteOp>(value);
    return node == nullptr ? std::nullopt : std::optional(node->inputs[0]);
  }
  // The two inputs of the commutative op that computes the value, in both orders; nothing when it is no such op.
  template <class ConcreteOp>
  std::vector<std::array<ir::ValueId, 2>> Operands(ir::ValueId value) const {
    const ir::Node* node = Producer<ConcreteOp>(value);
    if (node == nullptr) return {};
    return {{node->inputs[0], node->inputs[1]}, {node->inputs[1], node->inputs[0]}};
  }
  // What the value is the sum of, however the additions are nested: itself, unless it is computed by an Add. Stops
  // looking into Adds at eight terms.
  std::vector<ir::ValueId> Terms(ir::ValueId value) const;
  // The value whose bytes it shows, through any number of views.
  ir::ValueId BehindViews(ir::ValueId value) const;

 private:
  const ir::Graph& graph_;
  ConstantEvaluator constants_;
  std::vector<int> num_uses_;                        // by ValueId
  std::vector<std::vector<const ir::Node*>> users_;  // by ValueId
};

}  // namespace stepwell::passes
