#include "stepwell/ir/xml_graph_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "stepwell/base/error.h"
#include "stepwell/ir/initial_value.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_fields.h"
#include "stepwell/ir/xml_layer_type.h"
#include "stepwell/ir/xml_subgraph_writer.h"

namespace stepwell::ir {
namespace {

constexpr std::string_view kFirstOpset = "opset1";
constexpr std::string_view kVariableOpset = "opset6";
constexpr std::string_view kInternalOpset = "stepwell";

std::string Number(std::int64_t number) { return fmt::format("{}", number); }

void AddName(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// OpenVINO needs a value of a certain shape: each free dimension that the source does not fix is 1.
Shape StaticShape(const Shape& shape) {
  Shape fixed;
  for (const Dim dim : shape.dims()) fixed.Append(dim == kDynamic ? 1 : dim);
  return fixed;
}

std::string NameOfInitialValue(const Input& input) { return input.name + "/initial_value"; }

}  // namespace

XmlGraphWriter::XmlGraphWriter(const Graph& graph, Scope scope, XmlPrinter& printer, WeightsWriter& weights)
    : graph_(graph),
      scope_(scope),
      printer_(printer),
      weights_(weights),
      layouts_(PortLayoutsOf(graph)),
      ports_(graph.num_values()) {
  CollectTensorNames();
  CollectNodeNames();
}

void XmlGraphWriter::Write() {
  printer_.Open("layers");
  WriteInputs();
  for (const Node& node : graph_.nodes()) WriteNode(node);
  WriteOutputs();
  printer_.Close();
  WriteEdges();
}

std::int64_t XmlGraphWriter::IdOfBodyOutput(const Graph& body, std::int64_t output) {
  return static_cast<std::int64_t>(body.inputs().size() + body.nodes().size()) + output;
}

// OpenVINO finds the inputs and outputs of a model by the names of their tensors.
void XmlGraphWriter::CollectTensorNames() {
  for (std::size_t i = 0; i < graph_.num_values(); ++i) {
    tensor_names_.push_back(graph_.value({static_cast<std::uint32_t>(i)}).names);
  }
  if (scope_ == Scope::kBody) return;
  for (const Input& input : graph_.inputs()) AddName(tensor_names_[input.value.index], input.name);
  for (const Output& output : graph_.outputs()) AddName(tensor_names_[output.value.index], output.name);
}

void XmlGraphWriter::CollectNodeNames() {
  for (const Input& input : graph_.inputs()) node_names_.insert(input.name);
  for (const Node& node : graph_.nodes()) node_names_.insert(node.name);
}

// The state that the input is to be written as a variable of; null when it is to be a Parameter.
const StateVar* XmlGraphWriter::VariableOf(const Input& input) const {
  const bool has_variables = scope_ == Scope::kModel && graph_.state_form() == StateForm::kReadValue;
  return has_variables ? graph_.FindStateOfInput(input.name) : nullptr;
}

void XmlGraphWriter::WriteInputs() {
  std::vector<const Input*> variables;
  const auto first_initial = static_cast<std::int64_t>(graph_.inputs().size());
  for (const Input& input : graph_.inputs()) {
    if (const StateVar* state = VariableOf(input)) {
      WriteReadValue(input, *state, first_initial + static_cast<std::int64_t>(variables.size()));
      variables.push_back(&input);
    } else {
      WriteParameter(input);
    }
  }
  for (const Input* input : variables) WriteInitialValue(*input, *VariableOf(*input));
}

void XmlGraphWriter::WriteParameter(const Input& input) {
  const TensorType& type = graph_.value(input.value).type;
  Begin({input.name,
         kParameterType,
         kFirstOpset,
         {{"shape", XmlText(type.shape, ",")}, {"element_type", std::string(DTypeName(type.dtype))}}});
  WriteLayout(input.name);
  WriteOutputPorts({input.value}, 0);
  printer_.Close();
}

// As OpenVINO notes it at a Parameter or Result.
void XmlGraphWriter::WriteLayout(const std::string& port_name) {
  if (scope_ == Scope::kBody) return;
  const auto layout = layouts_.find(port_name);
  if (layout == layouts_.end()) return;
  printer_.Open("rt_info");
  printer_.Leaf("attribute", {{"name", "layout"}, {"version", "0"}, {"layout", layout->second}});
  printer_.Close();
}

void XmlGraphWriter::WriteReadValue(const Input& input, const StateVar& state, std::int64_t initial_layer) {
  const TensorType& type = graph_.value(input.value).type;
  edges_.push_back({{initial_layer, 0}, {next_layer_, 0}});
  Begin({input.name,
         kReadValueType,
         kVariableOpset,
         {{"variable_id", state.name},
          {"variable_type", std::string(DTypeName(type.dtype))},
          {"variable_shape", XmlText(type.shape, ",")}}});
  printer_.Open("input");
  WritePort(0, {type.dtype, StaticShape(input.default_shape)}, {});
  printer_.Close();
  WriteOutputPorts({input.value}, 1);
  printer_.Close();
}

void XmlGraphWriter::WriteInitialValue(const Input& input, const StateVar& state) {
  const TensorType type{graph_.value(input.value).type.dtype, StaticShape(input.default_shape)};
  WriteConstant(NameOfInitialValue(input), ConstantData::Of(InitialValue(state, type)), {});
}

void XmlGraphWriter::WriteNode(const Node& node) {
  if (const auto* constant = As<Constant>(*node.op)) return WriteConstant(node.name, constant->data, node.outputs);
  if (node.op->opset() == kInternalOpset) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("node '{}' is a {}, which exists inside of plans only and cannot be written", node.name,
                            node.op->name()));
  }
  XmlFieldWriter fields;
  node.op->Write(fields);
  Begin({node.name, node.op->name(), node.op->opset(), fields.attributes()});
  const auto* subgraph = dynamic_cast<const SubgraphOp*>(node.op.get());
  if (subgraph != nullptr) WritePortMap(*subgraph, node.inputs.size(), printer_);
  WriteInputPorts(node.inputs);
  WriteOutputPorts(node.outputs, node.inputs.size());
  if (subgraph != nullptr) WriteBody(*subgraph, printer_, weights_);
  printer_.Close();
}

void XmlGraphWriter::WriteConstant(std::string name, const ConstantData& data, const std::vector<ValueId>& outputs) {
  const std::size_t offset = weights_.Put(data);
  Begin({std::move(name),
         Constant::kName,
         Constant::kOpset,
         {{"element_type", std::string(DTypeName(data.type.dtype))},
          {"shape", XmlText(data.type.shape, ", ")},
          {"offset", fmt::format("{}", offset)},
          {"size", fmt::format("{}", data.bytes.size())}}});
  if (!outputs.empty()) {
    WriteOutputPorts(outputs, 0);
  } else {
    printer_.Open("output");
    WritePort(0, data.type, {});
    printer_.Close();
  }
  printer_.Close();
}

void XmlGraphWriter::WriteOutputs() {
  const bool has_variables = scope_ == Scope::kModel && graph_.state_form() == StateForm::kReadValue;
  for (const Output& output : graph_.outputs()) {
    if (has_variables && graph_.FindStateOfOutput(output.name) != nullptr) continue;
    WriteSink({NameOfSink(output.name), kResultType, kFirstOpset, {}}, output.value, output.name);
  }
  if (!has_variables) return;
  for (const StateVar& state : graph_.states()) {
    const Output& output = graph_.outputs()[*graph_.FindOutput(state.output)];
    WriteSink({NameOfSink(output.name), kAssignType, kVariableOpset, {{"variable_id", state.name}}}, output.value,
              output.name);
  }
}

void XmlGraphWriter::WriteSink(const Layer& layer, ValueId value, const std::string& name) {
  Begin(layer);
  WriteLayout(name);
  WriteInputPorts({value});
  if (layer.type == kAssignType) {
    printer_.Open("output");
    WritePort(1, graph_.value(value).type, {});
    printer_.Close();
  }
  printer_.Close();
}

// The reader drops one suffix, so that a name that has it needs another one.
std::string XmlGraphWriter::NameOfSink(const std::string& name) const {
  return node_names_.contains(name) || name.ends_with(kSinkSuffix) ? name + std::string(kSinkSuffix) : name;
}

void XmlGraphWriter::Begin(const Layer& layer) {
  printer_.Open("layer", {{"id", Number(next_layer_)},
                          {"name", layer.name},
                          {"type", std::string(layer.type)},
                          {"version", std::string(layer.opset)}});
  if (!layer.data.empty()) printer_.Leaf("data", layer.data);
  ++next_layer_;
}

void XmlGraphWriter::WriteInputPorts(const std::vector<ValueId>& inputs) {
  if (inputs.empty()) return;
  printer_.Open("input");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    WritePort(i, graph_.value(inputs[i]).type, {});
    edges_.push_back({ports_[inputs[i].index], {next_layer_ - 1, static_cast<std::int64_t>(i)}});
  }
  printer_.Close();
}

// OpenVINO numbers the outputs of a layer after its inputs.
void XmlGraphWriter::WriteOutputPorts(const std::vector<ValueId>& outputs, std::size_t num_inputs) {
  if (outputs.empty()) return;
  printer_.Open("output");
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::size_t port = num_inputs + i;
    WritePort(port, graph_.value(outputs[i]).type, tensor_names_[outputs[i].index]);
    ports_[outputs[i].index] = {next_layer_ - 1, static_cast<std::int64_t>(port)};
  }
  printer_.Close();
}

void XmlGraphWriter::WritePort(std::size_t id, const TensorType& type, const std::vector<std::string>& names) {
  XmlPrinter::Attributes attributes = {{"id", fmt::format("{}", id)},
                                       {"precision", std::string(DTypePrecision(type.dtype))}};
  if (!names.empty()) attributes.push_back({"names", XmlTensorNames(names)});
  if (type.shape.dims().empty()) return printer_.Leaf("port", attributes);
  printer_.Open("port", attributes);
  for (const Dim dim : type.shape.dims()) printer_.Text("dim", Number(dim));
  printer_.Close();
}

void XmlGraphWriter::WriteEdges() {
  const auto key = [](const Edge& edge) {
    return std::tuple(edge.from.layer, edge.from.port, edge.to.layer, edge.to.port);
  };
  std::sort(edges_.begin(), edges_.end(), [&](const Edge& a, const Edge& b) { return key(a) < key(b); });
  printer_.Open("edges");
  for (const Edge& edge : edges_) {
    printer_.Leaf("edge", {{"from-layer", Number(edge.from.layer)},
                           {"from-port", Number(edge.from.port)},
                           {"to-layer", Number(edge.to.layer)},
                           {"to-port", Number(edge.to.port)}});
  }
  printer_.Close();
}

}  // namespace stepwell::ir
