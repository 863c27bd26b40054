#include "stepwell/ir/xml_graph_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_fields.h"
#include "stepwell/ir/xml_layer_type.h"
#include "stepwell/ir/xml_subgraph_reader.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kNoEntry = -1;
constexpr std::size_t kMostEntries = 4096;  // they are searched one by one

auto LayerFrame(const XmlLayer& layer) {
  return [&layer] { return fmt::format("reading layer {} '{}' ({})", layer.id, layer.name, layer.type); };
}

TensorType TypeOfLayer(const XmlLayer& layer) {
  return {ParseXmlDType(layer.Attribute("element_type")), ParseXmlShape(layer.Attribute("shape"))};
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
  const auto initial = InitialValueOf(index);
  return initial ? initial->type.shape : type.shape;
}

std::optional<ConstantData> XmlGraphReader::InitialValueOf(std::size_t read) const {
  if (wiring_.sources[read].empty()) return std::nullopt;
  const XmlLayer& source = layer(wiring_.sources[read][0].layer);
  if (source.type == Constant::kName) return ReadConstant(source);
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the initial value was expected to be a constant; it is computed by layer {} '{}' ({})",
                          source.id, source.name, source.type));
}

ConstantData XmlGraphReader::ReadConstant(const XmlLayer& constant) const {
  return weights_.Read(TypeOfLayer(constant), ParseXmlInt(constant.Attribute("offset")),
                       ParseXmlInt(constant.Attribute("size")));
}

// By layer: a constant that nothing reads but variables, which keep it as their initial value.
std::vector<bool> XmlGraphReader::OnlyInitialValues() const {
  enum : std::uint8_t { kByVariables = 1, kByOthers = 2 };
  std::vector<std::uint8_t> readers(xml_.layers.size());
  for (std::size_t i = 0; i < xml_.layers.size(); ++i) {
    const std::uint8_t reader = layer(i).type == kReadValueType ? kByVariables : kByOthers;
    for (const XmlWiring::Source& source : wiring_.sources[i]) readers[source.layer] |= reader;
  }
  std::vector<bool> only(readers.size());
  for (std::size_t i = 0; i < only.size(); ++i) {
    only[i] = readers[i] == kByVariables && layer(i).type == Constant::kName;
  }
  return only;
}

void XmlGraphReader::AddNodes() {
  const std::vector<bool> only_initial = OnlyInitialValues();
  for (const std::size_t index : wiring_.order) {
    const std::string& type = layer(index).type;
    if (IsInputType(type) || IsOutputType(type) || only_initial[index]) continue;
    While(LayerFrame(layer(index)), [&] { type == Constant::kName ? AddConstant(index) : AddOp(index); });
  }
}

void XmlGraphReader::AddConstant(std::size_t index) {
  Keep(index, {builder_.AddConstant(layer(index).name, ReadConstant(layer(index)))});
}

void XmlGraphReader::AddOp(std::size_t index) {
  const XmlLayer& from = layer(index);
  std::shared_ptr<Op> op = factory_(from.type);
  XmlFieldReader fields(from);
  op->Read(fields);
  fields.RequireAllRead();
  ReadSubgraph(from, factory_, weights_, *op);
  std::vector<ValueId> inputs;
  for (const XmlWiring::Source& source : wiring_.sources[index]) inputs.push_back(ValueOf(source));
  Keep(index, builder_.Add(from.name, std::move(op), std::move(inputs)));
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
  auto initial = While(LayerFrame(layer(variable.read)), [&] { return InitialValueOf(variable.read); });
  if (initial && initial->IsZero()) initial.reset();
  return {id, inputs[AsSize(entries_[variable.read])].name, outputs[AsSize(entries_[variable.assign])].name,
          std::move(initial), "ReadValue and Assign of one variable"};
}

}  // namespace stepwell::ir
