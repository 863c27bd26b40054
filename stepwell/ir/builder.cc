#include "stepwell/ir/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/limits.h"

namespace stepwell::ir {
namespace {

void RequireNewState(std::span<const StateVar> states, const StateVar& added) {
  for (const StateVar& state : states) {
    if (state.name != added.name && state.input != added.input) continue;
    throw Error(ErrorKind::kInvalidModel, fmt::format("state '{}' at input '{}' and state '{}' at input '{}' share a "
                                                      "name or an input",
                                                      state.name, state.input, added.name, added.input));
  }
}

void RequireFit(const StateVar& state, const TensorType& type) {
  const TensorType& initial = state.initial->type;
  bool fits = initial.dtype == type.dtype && initial.shape.rank() == type.shape.rank();
  for (int axis = 0; fits && axis < type.shape.rank(); ++axis) {
    fits = DimsAgree(initial.shape[axis], type.shape[axis]) || initial.shape[axis] == 1;
  }
  if (fits || (initial.dtype == type.dtype && !type.shape.has_rank())) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("state '{}' is {} and its initial value {}", state.name, ToText(type), ToText(initial)));
}

}  // namespace

ValueId GraphBuilder::AddInput(std::string name, const TensorType& type, std::vector<std::string> tensor_names) {
  return AddInput(std::move(name), type, type.shape, std::move(tensor_names));
}

ValueId GraphBuilder::AddInput(std::string name, const TensorType& type, const Shape& default_shape,
                               std::vector<std::string> tensor_names) {
  const ValueId id = AddValue(type, std::nullopt);
  graph_.values_[id.index].names = std::move(tensor_names);
  name = UniqueName(std::move(name));
  graph_.inputs_.push_back({std::move(name), id, default_shape, CallShape(type.shape)});
  return id;
}

void GraphBuilder::SetCallShape(const CallShape& call) {
  Input& input = graph_.inputs_.back();
  const Shape& shape = type(input.value).shape;
  if (call.shape.rank() != shape.rank() || call.largest.rank() != shape.rank() || !ShapesAgree(call.shape, shape)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input '{}' is {} and cannot take {} in a call", input.name,
                                                      ToText(type(input.value)), ToText(call)));
  }
  input.call = call;
}

ValueId GraphBuilder::AddConstant(std::string name, ConstantData data) {
  return AddOne(std::move(name), Constant(std::move(data)), {});
}

ValueId GraphBuilder::AddInts(std::string name, std::vector<std::int64_t> values) {
  return AddConstant(std::move(name), ConstantData::OfInts({static_cast<Dim>(values.size())}, values));
}

ValueId GraphBuilder::AddInt(std::string name, std::int64_t value) {
  return AddConstant(std::move(name), ConstantData::OfInts({}, std::span(&value, 1)));
}

ValueId GraphBuilder::AddFloat(std::string name, float value) {
  return AddConstant(std::move(name), ConstantData::OfFloat(value));
}

GraphBuilder::Inferred GraphBuilder::Infer(const Op& op, std::span<const ValueId> inputs) const {
  std::vector<InferContext::InputFacts> facts;
  for (const ValueId id : inputs) {
    STEPWELL_CHECK(id.index < graph_.values_.size());
    const Value& input = graph_.values_[id.index];
    facts.push_back({input.type, constant(id), input.ints ? &*input.ints : nullptr});
  }
  const InferContext context(facts);
  return {op.Infer(context), op.InferInts(context)};
}

std::vector<ValueId> GraphBuilder::Add(std::string name, std::shared_ptr<const Op> op, std::vector<ValueId> inputs) {
  name = UniqueName(std::move(name));
  const auto frame = [&] { return fmt::format("adding node '{}' ({})", name, op->name()); };
  Inferred inferred = While(frame, [&] { return Infer(*op, inputs); });
  const NodeId node{static_cast<std::uint32_t>(graph_.nodes_.size())};
  std::vector<ValueId> outputs;
  for (const TensorType& type : inferred.types) outputs.push_back(AddValue(type, node));
  if (!outputs.empty()) graph_.values_[outputs[0].index].ints = std::move(inferred.ints);
  graph_.nodes_.push_back({std::move(name), std::move(op), std::move(inputs), outputs});
  return outputs;
}

void GraphBuilder::AddTensorName(ValueId value, std::string name) {
  auto& names = graph_.values_[value.index].names;
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  if (names.size() == limits::kMostNames) {  // looked through for each new one
    throw Error(ErrorKind::kUnsupported,
                fmt::format("tensor '{}' has more than {} names; one is '{}'", names[0], limits::kMostNames, name));
  }
  names.push_back(std::move(name));
}

void GraphBuilder::AddOutput(std::string name, ValueId value) {
  STEPWELL_CHECK(value.index < graph_.values_.size());
  graph_.outputs_.push_back({std::move(name), value});
}

void GraphBuilder::AddState(StateVar state) {
  const auto input = std::find_if(graph_.inputs_.begin(), graph_.inputs_.end(),
                                  [&](const Input& entry) { return entry.name == state.input; });
  const auto output = std::find_if(graph_.outputs_.begin(), graph_.outputs_.end(),
                                   [&](const Output& entry) { return entry.name == state.output; });
  if (input == graph_.inputs_.end() || output == graph_.outputs_.end()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("state '{}' pairs input '{}' with output '{}', of which {} exists", state.name, state.input,
                            state.output, input == graph_.inputs_.end() ? "no such input" : "no such output"));
  }
  const TensorType& in = type(input->value);
  const TensorType& out = type(output->value);
  if (in.dtype != out.dtype || !ShapesAgree(in.shape, out.shape)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("state '{}' takes {} at '{}' and gives {} at '{}'", state.name,
                                                      ToText(in), state.input, ToText(out), state.output));
  }
  RequireNewState(graph_.states_, state);
  if (state.initial) RequireFit(state, in);
  graph_.states_.push_back(std::move(state));
}

void GraphBuilder::CopyFacts(const Graph& other) {
  graph_.name_ = other.name_;
  graph_.roles_ = other.roles_;
  graph_.metadata_ = other.metadata_;
  graph_.state_form_ = other.state_form_;
}

Graph GraphBuilder::Build() && {
  std::set<std::string_view> outputs;
  for (const Output& output : graph_.outputs_) {
    if (!outputs.insert(output.name).second) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("two outputs are named '{}'", output.name));
    }
  }
  std::set<std::string_view> inputs;
  for (const Input& input : graph_.inputs_) inputs.insert(input.name);
  for (const auto& [role, name] : graph_.roles_) {
    if (!inputs.contains(name) && !outputs.contains(name)) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("role '{}' names '{}', no input or output", role, name));
    }
  }
  return std::move(graph_);
}

ValueId GraphBuilder::AddValue(const TensorType& type, std::optional<NodeId> producer) {
  graph_.values_.push_back({{}, type, producer, std::nullopt});
  return {static_cast<std::uint32_t>(graph_.values_.size() - 1)};
}

std::string GraphBuilder::UniqueName(std::string name) {
  if (name.empty()) name = "node";
  const auto [entry, is_new] = name_counts_.try_emplace(name, 0);
  if (is_new) return name;
  std::string numbered;
  do {
    numbered = fmt::format("{}_{}", name, ++entry->second);
  } while (name_counts_.contains(numbered));
  name_counts_.emplace(numbered, 0);
  return numbered;
}

}  // namespace stepwell::ir
