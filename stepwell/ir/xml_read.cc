#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/base/memory.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/ir/xml_graph_reader.h"
#include "stepwell/ir/xml_layer_type.h"

namespace stepwell::ir {
namespace {

XmlDocument ParseFile(const std::filesystem::path& xml) {
  const SharedBytes text = MapFile(xml);
  if (text.size() > limits::kMostXmlBytes) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the file holds {} bytes, more than {}", text.size(), limits::kMostXmlBytes));
  }
  return ParseXml(text.span());
}

std::optional<ModelFacts> ReadFacts(const XmlDocument& document) {
  if (!document.facts) return std::nullopt;
  return While([] { return "reading <rt_info><stepwell>"; }, [&] { return FactsFromXml(*document.facts); });
}

void SetFacts(const XmlDocument& document, const std::optional<ModelFacts>& facts, GraphBuilder& builder) {
  builder.SetName(document.name);
  if (!facts) {
    const bool has_variables = !builder.graph().states().empty();
    builder.SetStateForm(has_variables ? StateForm::kReadValue : StateForm::kExplicit);
    return;
  }
  for (const auto& [role, name] : facts->roles) builder.SetRole(role, name);
  for (const auto& [key, value] : facts->metadata) builder.SetMetadata(key, value);
  builder.SetStateForm(facts->state_form);
}

Graph ReadChecked(const std::filesystem::path& xml, OpFactory factory, const ReadIrOptions& options) {
  WeightsReader weights(xml, options.weights);
  const XmlDocument document = ParseFile(xml);
  RequireKnownTypes(document.graph, factory);
  if (document.weights_mark) weights.RequireMark(ParseWeightsMark(*document.weights_mark), document.graph);
  const std::optional<ModelFacts> facts = ReadFacts(document);
  if (facts) weights.SetInt8Activations(facts->int8_activations);
  XmlGraphReader reader(document.graph, facts ? &*facts : nullptr, factory, weights);
  reader.Read();
  SetFacts(document, facts, reader.builder());
  return std::move(reader.builder()).Build();
}

}  // namespace

Graph ReadIr(const std::filesystem::path& xml, OpFactory factory, const ReadIrOptions& options) {
  return While([&] { return fmt::format("reading '{}'", xml.string()); },
               [&] { return ReadChecked(xml, factory, options); });
}

}  // namespace stepwell::ir
