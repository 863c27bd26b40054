#include "stepwell/ir/dump.h"

#include <fmt/format.h>

#include "stepwell/base/text.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_fields.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kMostElements = 8;

std::string Dump(const Graph& graph, const std::string& indent);

std::string ValueText(ValueId value) { return fmt::format("%{}", value.index); }

std::string ValuesText(std::span<const ValueId> values) {
  std::vector<std::string> texts;
  for (const ValueId value : values) texts.push_back(ValueText(value));
  return Join(texts, ", ");
}

std::string ElementsText(const ConstantData& data) {
  if (data.num_elements() > kMostElements) return "...";
  if (data.type.dtype == DType::kF32) {
    std::vector<std::string> texts;
    for (const float element : data.Copy<float>()) texts.push_back(XmlText(element));
    return Join(texts, ", ");
  }
  const auto elements = data.Ints();
  return elements ? XmlText(*elements) : "...";
}

std::string FieldsText(const Op& op) {
  if (const auto* constant = As<Constant>(op)) return fmt::format(" {{{}}}", ElementsText(constant->data));
  XmlFieldWriter fields;
  op.Write(fields);
  std::vector<std::string> texts;
  for (const XmlAttribute& field : fields.attributes()) texts.push_back(fmt::format("{}={}", field.name, field.value));
  return texts.empty() ? "" : fmt::format(" {{{}}}", Join(texts, "; "));
}

std::string TypesText(const Graph& graph, std::span<const ValueId> values) {
  std::vector<std::string> texts;
  for (const ValueId value : values) texts.push_back(ToText(graph.value(value).type));
  return Join(texts, ", ");
}

std::string SlicingText(const std::optional<SubgraphOp::Slicing>& slicing) {
  if (!slicing) return "";
  return fmt::format(" axis {} from {} to {} by {}, {} each", slicing->axis, slicing->start, slicing->end,
                     slicing->stride, slicing->part_size);
}

std::string BodyText(const SubgraphOp& op, const std::string& indent) {
  std::string text;
  for (const auto& input : op.input_map) {
    text += fmt::format("{}input {} -> body input {}{}\n", indent, input.external_port, input.body_input,
                        SlicingText(input.slicing));
  }
  for (const auto& output : op.output_map) {
    text += fmt::format("{}body output {} -> output {}{}\n", indent, output.body_output, output.external_port,
                        SlicingText(output.slicing));
  }
  for (const auto& edge : op.back_edges) {
    text += fmt::format("{}body output {} -> body input {}\n", indent, edge.body_output, edge.body_input);
  }
  if (op.iteration_input) text += fmt::format("{}iteration -> body input {}\n", indent, *op.iteration_input);
  if (op.condition_output) text += fmt::format("{}body output {} -> condition\n", indent, *op.condition_output);
  return text + Dump(*op.body, indent);
}

std::string NodeText(const Graph& graph, const Node& node, const std::string& indent) {
  std::string text =
      fmt::format("{}{} = {}({}){} : {} '{}'\n", indent, ValuesText(node.outputs), node.op->name(),
                  ValuesText(node.inputs), FieldsText(*node.op), TypesText(graph, node.outputs), node.name);
  const auto* subgraph = dynamic_cast<const SubgraphOp*>(node.op.get());
  if (subgraph != nullptr && subgraph->body != nullptr) text += BodyText(*subgraph, indent + "  ");
  return text;
}

std::string Dump(const Graph& graph, const std::string& indent) {
  std::string text;
  for (const Input& input : graph.inputs()) {
    const Value& value = graph.value(input.value);
    text += fmt::format("{}{} = input '{}' : {}, by default {}\n", indent, ValueText(input.value), input.name,
                        ToText(value.type), ToText(input.default_shape));
  }
  for (const Node& node : graph.nodes()) text += NodeText(graph, node, indent);
  for (const Output& output : graph.outputs()) {
    text += fmt::format("{}output '{}' = {}\n", indent, output.name, ValueText(output.value));
  }
  for (const StateVar& state : graph.states()) {
    text += fmt::format("{}state '{}': output '{}' -> input '{}', from {}\n", indent, state.name, state.output,
                        state.input, state.initial ? ElementsText(*state.initial) : "zeros");
  }
  return text;
}

}  // namespace

std::string Dump(const Graph& graph) { return Dump(graph, ""); }

}  // namespace stepwell::ir
