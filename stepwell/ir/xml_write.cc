#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/roles.h"
#include "stepwell/ir/xml_facts.h"
#include "stepwell/ir/xml_graph_writer.h"

namespace stepwell::ir {
namespace {

bool IsTagLetter(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code < 128 && (std::isalnum(code) != 0 || letter == '_');
}

bool IsTag(std::string_view name) {
  const bool starts_well = !name.empty() && (name[0] < '0' || name[0] > '9');
  return starts_well && std::all_of(name.begin(), name.end(), IsTagLetter);
}

void WriteFact(const XmlFact& fact, XmlPrinter& printer) {
  XmlPrinter::Attributes attributes;
  if (!IsTag(fact.name)) attributes.push_back({"name", fact.name});
  const std::string_view tag = attributes.empty() ? std::string_view(fact.name) : "info";
  if (fact.children.empty()) {
    attributes.push_back({"value", fact.value});
    return printer.Leaf(tag, attributes);
  }
  printer.Open(tag, attributes);
  for (const XmlFact& child : fact.children) WriteFact(child, printer);
  printer.Close();
}

// OpenVINO's plugins take their defaults from here: how many activations of a row share a scale when they are rounded
// to 8-bit integers, 0 for none, the largest number for all.
void WriteOpenVinoOptions(const Graph& graph, XmlPrinter& printer) {
  const auto activations = graph.metadata().find(std::string(kActivations));
  if (activations == graph.metadata().end()) return;
  const std::uint64_t group = activations->second == kInt8Activations ? std::numeric_limits<std::uint64_t>::max() : 0;
  printer.Open("runtime_options");
  printer.Leaf("DYNAMIC_QUANTIZATION_GROUP_SIZE", {{"value", fmt::format("{}", group)}});
  printer.Close();
}

void WriteModel(const Graph& graph, XmlPrinter printer, WeightsWriter& weights) {
  printer.Declaration();
  printer.Open("net", {{"name", graph.name()}, {"version", "11"}});
  XmlGraphWriter(graph, XmlGraphWriter::Scope::kModel, printer, weights).Write();
  printer.Open("rt_info");
  WriteOpenVinoOptions(graph, printer);
  WriteFact(FactsToXml(graph), printer);
  printer.Close();
  printer.Close();
  printer.Instruction(kWeightsMarkName, ToText(weights.mark()));
}

}  // namespace

WriteIrResult WriteIr(const Graph& graph, const std::filesystem::path& xml, const WriteIrOptions& options) {
  return While([&] { return fmt::format("writing '{}'", xml.string()); },
               [&] {
                 WeightsWriter weights(BinPathOf(xml), options);
                 AtomicFile text(xml);
                 WriteModel(graph, XmlPrinter(text), weights);
                 weights.Commit();
                 text.Commit();
                 return WriteIrResult{xml, BinPathOf(xml), text.bytes_written(), weights.bytes_written()};
               });
}

}  // namespace stepwell::ir
