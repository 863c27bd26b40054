#include "stepwell/ir/xml_subgraph_writer.h"

#include <fmt/format.h>

#include "stepwell/ir/xml_graph_writer.h"
#include "stepwell/ir/xml_layer_type.h"

namespace stepwell::ir {
namespace {

std::string Number(std::int64_t number) { return fmt::format("{}", number); }

void WriteMapping(std::string_view direction, std::int64_t port, std::int64_t layer,
                  const std::optional<SubgraphOp::Slicing>& slicing, XmlPrinter& printer) {
  XmlPrinter::Attributes attributes;
  if (slicing) attributes.push_back({"axis", Number(slicing->axis)});
  attributes.push_back({"external_port_id", Number(port)});
  attributes.push_back({"internal_layer_id", Number(layer)});
  if (slicing) {
    attributes.push_back({"start", Number(slicing->start)});
    attributes.push_back({"end", Number(slicing->end)});
    attributes.push_back({"stride", Number(slicing->stride)});
    attributes.push_back({"part_size", Number(slicing->part_size)});
  }
  printer.Leaf(direction, attributes);
}

void WritePurpose(std::string_view direction, std::int64_t layer, std::string_view purpose, XmlPrinter& printer) {
  printer.Leaf(direction,
               {{"external_port_id", "-1"}, {"internal_layer_id", Number(layer)}, {"purpose", std::string(purpose)}});
}

void WriteBackEdges(const SubgraphOp& op, XmlPrinter& printer) {
  if (op.back_edges.empty()) return;
  printer.Open("back_edges");
  for (const SubgraphOp::BackEdge& edge : op.back_edges) {
    printer.Leaf("edge", {{"from-layer", Number(XmlGraphWriter::IdOfBodyOutput(*op.body, edge.body_output))},
                          {"to-layer", Number(XmlGraphWriter::IdOfBodyInput(edge.body_input))}});
  }
  printer.Close();
}

}  // namespace

void WritePortMap(const SubgraphOp& op, std::size_t num_inputs, XmlPrinter& printer) {
  const auto output_layer = [&](std::int64_t output) { return XmlGraphWriter::IdOfBodyOutput(*op.body, output); };
  const auto first_output = static_cast<std::int64_t>(num_inputs);
  printer.Open("port_map");
  for (const SubgraphOp::InputMap& input : op.input_map) {
    WriteMapping("input", input.external_port, XmlGraphWriter::IdOfBodyInput(input.body_input), input.slicing, printer);
  }
  if (op.iteration_input) {
    WritePurpose("input", XmlGraphWriter::IdOfBodyInput(*op.iteration_input), kIterationPurpose, printer);
  }
  for (const SubgraphOp::OutputMap& output : op.output_map) {
    WriteMapping("output", first_output + output.external_port, output_layer(output.body_output), output.slicing,
                 printer);
  }
  if (op.condition_output) WritePurpose("output", output_layer(*op.condition_output), kConditionPurpose, printer);
  printer.Close();
  WriteBackEdges(op, printer);
}

void WriteBody(const SubgraphOp& op, XmlPrinter& printer, WeightsWriter& weights) {
  printer.Open("body");
  XmlGraphWriter(*op.body, XmlGraphWriter::Scope::kBody, printer, weights).Write();
  printer.Close();
}

}  // namespace stepwell::ir
