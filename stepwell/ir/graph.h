#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/call_shape.h"
#include "stepwell/ir/op.h"

namespace stepwell::ir {

template <class Tag>
struct Id {
  std::uint32_t index = 0;
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};
using ValueId = Id<struct ValueTag>;
using NodeId = Id<struct NodeTag>;

// One tensor of the graph. `names` are the tensor names it answers to, the preferred one first; it may have none.
struct Value {
  std::vector<std::string> names;
  TensorType type;
  std::optional<NodeId> producer;  // none for inputs of the graph
  std::optional<PartialInts> ints;
};

struct Node {
  std::string name;
  std::shared_ptr<const Op> op;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
};

// What the caller feeds. A free dimension is dynamic in the value's type; `default_shape` says what it was in the
// source. `call` is the type's shape, or wider: an extent that the user fixed at the conversion stands in the type, where
// other programs look, but the nodes behind it still take others.
struct Input {
  std::string name;
  ValueId value;
  Shape default_shape;
  CallShape call;
};

// What the caller gets. Two outputs may be the same value under two names.
struct Output {
  std::string name;
  ValueId value;
};

// One recurrent tensor: what `output` gives after a call is what `input` takes at the next one. Types agree. Both name
// entries of the graph's inputs and outputs.
struct StateVar {
  std::string name;                     // of the variable it was, or of the input
  std::string input;                    // Input::name
  std::string output;                   // Output::name
  std::optional<ConstantData> initial;  // repeated where it has extent 1 and the state more; none means zeros
  std::string evidence;                 // the edge that proved the pair, for people
};

// How the states are said in the file.
enum class StateForm : std::uint8_t { kExplicit, kReadValue };

// A checked graph: single assignment, nodes in topological order, state pairs that fit. Immutable. Only GraphBuilder
// makes one, so holding a Graph means the checks passed. Free to share between threads.
class Graph {
 public:
  const std::string& name() const { return name_; }
  std::span<const Node> nodes() const { return nodes_; }
  std::span<const Input> inputs() const { return inputs_; }
  std::span<const Output> outputs() const { return outputs_; }
  std::span<const StateVar> states() const { return states_; }
  const Value& value(ValueId id) const { return values_[id.index]; }
  const Node& node(NodeId id) const { return nodes_[id.index]; }
  std::size_t num_values() const { return values_.size(); }

  // The node that computes the value; null for an input of the graph.
  const Node* producer(ValueId id) const;
  // The constant the value is; null when it is computed.
  const ConstantData* constant(ValueId id) const;
  // By any name that TensorFlow, mo or the user has for it: Input::name, the names of its value, with or without ":0".
  std::optional<std::size_t> FindInput(std::string_view name) const;
  std::optional<std::size_t> FindOutput(std::string_view name) const;
  const StateVar* FindStateOfInput(std::string_view input_name) const;    // by Input::name; null when it is no state
  const StateVar* FindStateOfOutput(std::string_view output_name) const;  // by Output::name

  // What apps look for instead of names: role ("features", "lengths", "logits" …) -> Input::name or Output::name.
  const std::map<std::string, std::string>& roles() const { return roles_; }
  // Facts about the model that are no tensors: "sample_rate" -> "16000".
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  StateForm state_form() const { return state_form_; }
  // The same graph, to be written with its states in another form. The weights are shared.
  Graph WithStateForm(StateForm form) const;

 private:
  friend class GraphBuilder;
  Graph() = default;

  std::string name_;
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::vector<Input> inputs_;
  std::vector<Output> outputs_;
  std::vector<StateVar> states_;
  std::map<std::string, std::string> roles_;
  std::map<std::string, std::string> metadata_;
  StateForm state_form_ = StateForm::kExplicit;
};

}  // namespace stepwell::ir
