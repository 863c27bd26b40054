#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stepwell/ir/graph.h"

namespace stepwell::ir {

// The only way to make a Graph. Every value is typed the moment it exists: a node whose inputs do not fit throws here,
// with the node's name in the message. Not thread safe.
class GraphBuilder {
 public:
  GraphBuilder() = default;

  // `default_shape`: what the dynamic dimensions of `type` are in the source; defaults to the type's own shape.
  ValueId AddInput(std::string name, const TensorType& type, std::vector<std::string> tensor_names = {});
  ValueId AddInput(std::string name, const TensorType& type, const Shape& default_shape,
                   std::vector<std::string> tensor_names);

  // What calls may give to the input that was added last; otherwise the shape of its type. Throws Error(kInvalidModel)
  // where that does not allow it.
  void SetCallShape(const CallShape& call);

  ValueId AddConstant(std::string name, ConstantData data);
  ValueId AddInts(std::string name, std::vector<std::int64_t> values);  // i64[n]
  ValueId AddInt(std::string name, std::int64_t value);                 // i64 scalar
  ValueId AddFloat(std::string name, float value);                      // f32 scalar

  std::vector<ValueId> Add(std::string name, std::shared_ptr<const Op> op, std::vector<ValueId> inputs);
  // For an op with one output.
  template <class ConcreteOp>
  ValueId AddOne(std::string name, ConcreteOp op, std::vector<ValueId> inputs) {
    return Add(std::move(name), std::make_shared<const ConcreteOp>(std::move(op)), std::move(inputs)).at(0);
  }

  // What Add() would find for such a node. Throws where Add() would.
  struct Inferred {
    std::vector<TensorType> types;
    std::optional<PartialInts> ints;  // of output 0
  };
  Inferred Infer(const Op& op, std::span<const ValueId> inputs) const;

  void AddTensorName(ValueId value, std::string name);  // no-op when it has that name already
  void AddOutput(std::string name, ValueId value);
  // Both names must exist, types must agree, the initial value must fit, and no other state may have its name or its
  // input. Throws Error(kInvalidModel) otherwise.
  void AddState(StateVar state);
  void SetName(std::string name) { graph_.name_ = std::move(name); }
  void SetRole(const std::string& role, std::string name) { graph_.roles_[role] = std::move(name); }
  void SetMetadata(const std::string& key, std::string value) { graph_.metadata_[key] = std::move(value); }
  void SetStateForm(StateForm form) { graph_.state_form_ = form; }
  // Name, roles, metadata and state form of another graph (not its states).
  void CopyFacts(const Graph& other);

  const Value& value(ValueId id) const { return graph_.value(id); }
  const TensorType& type(ValueId id) const { return graph_.value(id).type; }
  const ConstantData* constant(ValueId id) const { return graph_.constant(id); }
  const Graph& graph() const { return graph_; }  // as far as it is built

  // Last checks: outputs exist, roles name inputs or outputs, input and output names are unique.
  Graph Build() &&;

 private:
  ValueId AddValue(const TensorType& type, std::optional<NodeId> producer);
  // A name no other node has: `name`, or `name` with a number behind it.
  std::string UniqueName(std::string name);

  Graph graph_;
  std::map<std::string, int, std::less<>> name_counts_;
};

}  // namespace stepwell::ir
