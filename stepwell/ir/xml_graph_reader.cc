#include "stepwell/ir/xml_graph_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/ir/declared_layer.h"
#include "stepwell/ir/versioned_op.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_fields.h"
#include "stepwell/ir/xml_layer_type.h"
#include "stepwell/ir/xml_subgraph_reader.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kNoEntry = -1;
constexpr std::size_t kMostEntries = limits::kMostGraphEntries;  // they are searched one by one

auto LayerFrame(const XmlLayer& layer) {
  return [&layer] { return fmt::format("reading layer {} '{}' ({})", layer.id, layer.name, layer.type); };
}

const std::string kFirstCall = "is_first_call";
const std::string kLaterCalls = "is_first_call/next";

TensorType TypeOfLayer(const XmlLayer& layer) {
  return {ParseXmlDType(layer.Attribute("element_type")), ParseXmlShape(layer.Attribute("shape"))};
}

// `shape`, where its dimensions are free those of `example`.
Shape WithExtentsOf(const Shape& example, const Shape& shape) {
  if (!shape.has_rank()) return example;
  if (!ShapesAgree(example, shape)) return shape;
  Shape result = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) result[axis] = MergedDim(shape[axis], example[axis]);
  return result;
}

std::string WithoutSinkSuffix(std::string_view name) {
  if (name.ends_with(kSinkSuffix)) name.remove_suffix(kSinkSuffix.size());
  return std::string(name);
}

// Brings entries into the order of the names; those without one stay behind.
template <class Entry>
void SortByName(std::vector<Entry>& entries, const std::vector<std::string>& names, std::string_view kind) {
  if (entries.size() > kMostEntries) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a graph has {} {}s, more than {}", entries.size(), kind, kMostEntries));
  }
  std::map<std::string_view, std::size_t> ranks;
  for (const std::string& name : names) ranks.emplace(name, ranks.size());
  const auto rank = [&](const Entry& entry) {
    const auto found = ranks.find(entry.name);
    return found == ranks.end() ? ranks.size() : found->second;
  };
  std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return rank(a) < rank(b); });
  for (const Entry& entry : entries) ranks.erase(entry.name);
  if (ranks.empty()) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("<stepwell> names the {} '{}', but no layer is it", kind, ranks.begin()->first));
}

void RequireSameType(const XmlPort& port, const TensorType& computed) {
  const bool same_dtype = !port.precision || *port.precision == computed.dtype;
  const bool may_be_unknown = port.shape.rank() == 0;
  if (same_dtype && (may_be_unknown || ShapesAgree(port.shape, computed.shape))) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("output port {} says {}, but the layer computes {}", port.id,
                          ToText(TensorType{port.precision.value_or(computed.dtype), port.shape}), ToText(computed)));
}

}  // namespace

XmlGraphReader::XmlGraphReader(const XmlGraph& xml, const ModelFacts* facts, OpFactory factory, WeightsReader& weights)
    : xml_(xml),
      facts_(facts),
      factory_(factory),
      weights_(weights),
      wiring_(Wire(xml)),
      variables_(FindVariables(xml)),
      initial_values_(xml, wiring_, weights),
      values_(xml.layers.size()),
      entries_(xml.layers.size(), kNoEntry) {}

void XmlGraphReader::Read() {
  AddInputs();
  AddNodes();
  AddOutputs();
  AddStates();
}

std::int64_t XmlGraphReader::InputOfLayer(std::int64_t id) const {
  const auto found = wiring_.layer_of_id.find(id);
  if (found == wiring_.layer_of_id.end() || !IsInputType(layer(found->second).type)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("layer {} of the body was expected to be a Parameter", id));
  }
  return entries_[found->second];
}

std::int64_t XmlGraphReader::OutputOfLayer(std::int64_t id) const {
  const auto found = wiring_.layer_of_id.find(id);
  if (found == wiring_.layer_of_id.end() || !IsOutputType(layer(found->second).type)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("layer {} of the body was expected to be a Result", id));
  }
  return entries_[found->second];
}

void XmlGraphReader::AddInputs() {
  std::vector<InputEntry> inputs;
  for (std::size_t i = 0; i < xml_.layers.size(); ++i) {
    if (!IsInputType(layer(i).type)) continue;
    inputs.push_back(While(LayerFrame(layer(i)), [&] { return MakeInput(i); }));
  }
  std::vector<std::string> names;
  if (facts_ != nullptr) {
    for (const ModelFacts::InputFact& fact : facts_->inputs) names.push_back(fact.name);
  }
  SortByName(inputs, names, "input");
  for (const InputEntry& input : inputs) {
    const XmlLayer& from = layer(input.layer);
    entries_[input.layer] = static_cast<std::int64_t>(builder_.graph().inputs().size());
    const ValueId value = builder_.AddInput(input.name, input.type, input.default_shape, from.outputs[0].names);
    if (const auto call = CallShapeOf(input)) While(LayerFrame(from), [&] { builder_.SetCallShape(*call); });
    if (IsComputedVariable(input.layer)) continue;  // known once its initial value is
    While(LayerFrame(from), [&] { Keep(input.layer, {value}); });
  }
}

XmlGraphReader::InputEntry XmlGraphReader::MakeInput(std::size_t index) const {
  const XmlLayer& from = layer(index);
  if (from.outputs.size() != 1) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("1 output port was expected and {} found", from.outputs.size()));
  }
  const TensorType type = from.type == kReadValueType ? TypeOfVariable(from) : TypeOfLayer(from);
  return {index, from.name, type, DefaultShapeOf(index, type)};
}

std::optional<CallShape> XmlGraphReader::CallShapeOf(const InputEntry& input) const {
  if (facts_ == nullptr) return std::nullopt;
  const auto fact = std::find_if(facts_->inputs.begin(), facts_->inputs.end(),
                                 [&](const ModelFacts::InputFact& entry) { return entry.name == input.name; });
  return fact == facts_->inputs.end() ? std::nullopt : fact->call;
}

Shape XmlGraphReader::DefaultShapeOf(std::size_t index, const TensorType& type) const {
  const std::string& name = layer(index).name;
  if (facts_ != nullptr) {
    for (const ModelFacts::InputFact& fact : facts_->inputs) {
      if (fact.name != name) continue;
      if (ShapesAgree(fact.default_shape, type.shape)) return fact.default_shape;
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("the default shape {} does not fit {}", ToText(fact.default_shape), ToText(type)));
    }
  }
  if (layer(index).type != kReadValueType) return type.shape;
  const auto initial = initial_values_.Find(index);
  return initial ? WithExtentsOf(initial->type.shape, type.shape) : type.shape;
}

ValueId XmlGraphReader::ValueOf(const XmlWiring::Source& source) const {
  const std::vector<ValueId>& values = values_[source.layer];
  if (source.output < values.size()) return values[source.output];
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("an input is taken from layer {} '{}' ({}), which gives no value", layer(source.layer).id,
                          layer(source.layer).name, layer(source.layer).type));
}

// Whether a first call computes what the variable starts from, and nothing else says it.
bool XmlGraphReader::IsComputedVariable(std::size_t index) const {
  if (layer(index).type != kReadValueType || !initial_values_.IsComputed(index)) return false;
  if (facts_ == nullptr) return true;
  const std::string& id = layer(index).Attribute("variable_id");
  return std::none_of(facts_->states.begin(), facts_->states.end(),
                      [&](const StateVar& state) { return state.name == id; });
}

void XmlGraphReader::AddNodes() {
  const std::vector<bool> only_initial = initial_values_.OnlyForVariables();
  for (const std::size_t index : wiring_.order) {
    const std::string& type = layer(index).type;
    if (IsComputedVariable(index)) While(LayerFrame(layer(index)), [&] { AddComputedVariable(index); });
    if (IsInputType(type) || IsOutputType(type) || only_initial[index]) continue;
    While(LayerFrame(layer(index)), [&] { type == Constant::kName ? AddConstant(index) : AddOp(index); });
  }
}

void XmlGraphReader::AddConstant(std::size_t index) {
  const XmlLayer& from = layer(index);
  if (weights_.is_missing()) {
    Keep(index, builder_.Add(from.name, WithDeclaredTypes(std::make_shared<const Constant>(), from), {}));
  } else {
    Keep(index, {builder_.AddConstant(from.name, ReadConstant(from, weights_))});
  }
}

// What gives the variable: at the first call what input 0 of its ReadValue computes, then its state.
void XmlGraphReader::AddComputedVariable(std::size_t read) {
  AddFirstCall();
  const ValueId state = builder_.graph().inputs()[AsSize(entries_[read])].value;
  const ValueId computed = ValueOf(wiring_.sources[read][0]);
  Keep(read, builder_.Add(layer(read).name + "/value", factory_("Select"), {*is_first_call_, computed, state}));
}

// Adds a state that is true at the first call alone.
void XmlGraphReader::AddFirstCall() {
  if (is_first_call_) return;
  const auto boolean = [](bool value) {
    Tensor tensor({DType::kBool, {}});
    tensor.as<bool>()[0] = value;
    return ConstantData::Of(std::move(tensor));
  };
  is_first_call_ = builder_.AddInput(kFirstCall, {DType::kBool, {}});
  builder_.AddOutput(kLaterCalls, builder_.AddConstant(kLaterCalls, boolean(false)));
  builder_.AddState(
      {kFirstCall, kFirstCall, kLaterCalls, boolean(true), "a variable starts from what a call computes"});
}

// The op as it is, unless the weights that its types may follow from are missing. A body's types follow from its own.
std::shared_ptr<const Op> XmlGraphReader::WithDeclaredTypes(std::shared_ptr<const Op> op, const XmlLayer& from) const {
  if (!weights_.is_missing() || As<SubgraphOp>(*op) != nullptr) return op;
  std::vector<TensorType> types;
  for (const XmlPort& port : from.outputs) {
    if (!port.precision) throw Error(ErrorKind::kInvalidModel, fmt::format("output port {} says no type", port.id));
    types.push_back({*port.precision, port.shape});
  }
  return std::make_shared<const DeclaredLayer>(std::move(op), std::move(types));
}

void XmlGraphReader::AddOp(std::size_t index) {
  const XmlLayer& from = layer(index);
  std::shared_ptr<Op> op = factory_(from.type);
  if (auto* versioned = dynamic_cast<VersionedOp*>(op.get())) versioned->SetOpset(from.opset);
  XmlFieldReader fields(from);
  op->Read(fields);
  fields.RequireAllRead();
  ReadSubgraph(from, factory_, weights_, *op);
  std::vector<ValueId> inputs;
  for (const XmlWiring::Source& source : wiring_.sources[index]) inputs.push_back(ValueOf(source));
  Keep(index, builder_.Add(from.name, WithDeclaredTypes(std::move(op), from), std::move(inputs)));
}

// The values are those of the layer's output ports, of which it may say fewer than there are.
void XmlGraphReader::Keep(std::size_t index, std::vector<ValueId> values) {
  const std::vector<XmlPort>& ports = layer(index).outputs;
  if (ports.size() > values.size()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("at most {} output ports were expected and {} found", values.size(), ports.size()));
  }
  for (std::size_t i = 0; i < ports.size(); ++i) {
    RequireSameType(ports[i], builder_.type(values[i]));
    for (const std::string& name : ports[i].names) builder_.AddTensorName(values[i], name);
  }
  values_[index] = std::move(values);
}

void XmlGraphReader::AddOutputs() {
  std::vector<OutputEntry> outputs;
  for (std::size_t i = 0; i < xml_.layers.size(); ++i) {
    if (!IsOutputType(layer(i).type)) continue;
    outputs.push_back(While(LayerFrame(layer(i)), [&] { return MakeOutput(i); }));
  }
  SortByName(outputs, facts_ == nullptr ? std::vector<std::string>() : facts_->outputs, "output");
  for (const OutputEntry& output : outputs) AddOutput(output);
}

XmlGraphReader::OutputEntry XmlGraphReader::MakeOutput(std::size_t index) {
  const XmlLayer& from = layer(index);
  if (wiring_.sources[index].size() != 1) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("1 input port was expected and {} found", wiring_.sources[index].size()));
  }
  const ValueId value = ValueOf(wiring_.sources[index][0]);
  for (const std::string& name : from.output_names) builder_.AddTensorName(value, name);
  if (facts_ != nullptr && from.type == kAssignType) {
    for (const StateVar& state : facts_->states) {
      if (state.name == from.Attribute("variable_id")) return {index, state.output, value};
    }
  }
  return {index, NameOfResult(from, value), value};
}

// OpenVINO numbers the Results of graphs it converts; what people know then are the names of the tensor.
std::string XmlGraphReader::NameOfResult(const XmlLayer& from, ValueId value) const {
  std::string name = WithoutSinkSuffix(from.name);
  const std::vector<std::string>& tensor_names = builder_.value(value).names;
  const bool was_made_up = name.starts_with("Result_") && !tensor_names.empty();
  if (!was_made_up || std::find(tensor_names.begin(), tensor_names.end(), name) != tensor_names.end()) return name;
  return tensor_names.front();
}

void XmlGraphReader::AddOutput(const OutputEntry& entry) {
  const auto outputs = builder_.graph().outputs();
  const auto taken = [&](const std::string& name) {
    return std::find_if(outputs.begin(), outputs.end(), [&](const Output& output) { return output.name == name; });
  };
  const auto same = taken(entry.name);
  if (same != outputs.end() && same->value == entry.value) {
    entries_[entry.layer] = same - outputs.begin();
    return;
  }
  std::string name = entry.name;
  for (int number = 1; taken(name) != outputs.end(); ++number) name = fmt::format("{}_{}", entry.name, number);
  entries_[entry.layer] = static_cast<std::int64_t>(outputs.size());
  builder_.AddOutput(std::move(name), entry.value);
}

void XmlGraphReader::AddStates() {
  std::vector<std::string> known;
  if (facts_ != nullptr) {
    for (const StateVar& state : facts_->states) {
      known.push_back(state.name);
      builder_.AddState(state);
    }
  }
  for (const auto& [id, variable] : variables_) {
    if (std::find(known.begin(), known.end(), id) == known.end()) builder_.AddState(MakeState(id, variable));
  }
}

StateVar XmlGraphReader::MakeState(const std::string& id, const XmlVariable& variable) const {
  const auto inputs = builder_.graph().inputs();
  const auto outputs = builder_.graph().outputs();
  auto initial = While(LayerFrame(layer(variable.read)), [&] { return initial_values_.Find(variable.read); });
  if (initial && initial->IsZero()) initial.reset();
  return {id, inputs[AsSize(entries_[variable.read])].name, outputs[AsSize(entries_[variable.assign])].name,
          std::move(initial), "ReadValue and Assign of one variable"};
}

}  // namespace stepwell::ir
