#include "stepwell/ir/xml_facts.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/ir/roles.h"
#include "stepwell/ir/xml_attribute.h"

namespace stepwell::ir {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kMostNumbered = 4096;
constexpr std::string_view kExplicitForm = "explicit";
constexpr std::string_view kReadValueForm = "readvalue";
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string ToHex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    text += kHexDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kHexDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

std::byte DigitOf(char letter) {
  const std::size_t digit = kHexDigits.find(letter);
  if (digit == std::string_view::npos) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("a hexadecimal digit was expected and '{}' found", letter));
  }
  return static_cast<std::byte>(digit);
}

SharedBytes FromHex(std::string_view text) {
  if (text.size() % 2 != 0) throw Error(ErrorKind::kInvalidModel, "an odd number of hexadecimal digits was found");
  AlignedBuffer bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.span()[i] = DigitOf(text[2 * i]) << 4 | DigitOf(text[2 * i + 1]);
  }
  return SharedBytes::Own(std::move(bytes));
}

void AddState(const StateVar& state, XmlFact& entry) {
  entry.Add("name", state.name);
  entry.Add("input", state.input);
  entry.Add("output", state.output);
  entry.Add("evidence", state.evidence);
  if (!state.initial) return;
  entry.Add("initial_type", std::string(DTypeName(state.initial->type.dtype)));
  entry.Add("initial_shape", XmlText(state.initial->type.shape, ","));
  entry.Add("initial_bytes", ToHex(state.initial->bytes.Get().span()));
}

StateVar ReadState(const XmlFact& entry) {
  StateVar state{entry.Value("name"), entry.Value("input"), entry.Value("output"), std::nullopt,
                 entry.FindValue("evidence").value_or("")};
  if (const auto bytes = entry.FindValue("initial_bytes")) {
    const TensorType type{ParseXmlDType(entry.Value("initial_type")), ParseXmlShape(entry.Value("initial_shape"))};
    state.initial = ConstantData::Of(type, FromHex(*bytes));
  }
  return state;
}

void AddTexts(const std::map<std::string, std::string>& texts, std::string name, XmlFact& facts) {
  if (texts.empty()) return;
  XmlFact& entry = facts.Add(std::move(name));
  for (const auto& [key, value] : texts) entry.Add(key, value);
}

std::map<std::string, std::string> ReadTexts(const XmlFact* entry) {
  std::map<std::string, std::string> texts;
  if (entry == nullptr) return texts;
  for (const XmlFact& text : entry->children) texts[text.name] = text.value;
  return texts;
}

std::map<std::string, std::string> ActivationTexts(const Graph& graph) {
  std::map<std::string, std::string> texts;
  for (const std::string& name : Int8ActivationNamesOf(graph)) texts[name] = kInt8Activations;
  return texts;
}

Int8ActivationNames ReadActivations(const XmlFact* entry) {
  Int8ActivationNames names;
  for (const auto& [name, format] : ReadTexts(entry)) {
    if (format != kInt8Activations) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("activations of '{}': '{}' was expected and '{}' found", name, kInt8Activations, format));
    }
    names.insert(name);
  }
  return names;
}

// Entries are numbered because OpenVINO sorts them by name.
template <class Read>
void ReadNumbered(const XmlFact& facts, std::string_view name, Read&& read) {
  std::map<std::string_view, const XmlFact*> by_name;
  for (const XmlFact& entry : facts.children) by_name.emplace(entry.name, &entry);
  for (std::size_t number = 0;; ++number) {
    const auto entry = by_name.find(fmt::format("{}{}", name, number));
    if (entry == by_name.end()) return;
    if (number == kMostNumbered) {
      throw Error(ErrorKind::kUnsupported, fmt::format("there are more than {} <{}N>", kMostNumbered, name));
    }
    While([&] { return fmt::format("reading <{}>", entry->first); }, [&] { read(*entry->second); });
  }
}

void RequireVersion(const XmlFact& xml) {
  const std::int64_t version = ParseXmlInt(xml.Value("version"));
  if (version == kVersion) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("version {} of <stepwell> was expected and {} found; a newer program wrote the file",
                          kVersion, version));
}

StateForm ReadForm(const std::string& text) {
  if (text == kExplicitForm) return StateForm::kExplicit;
  if (text == kReadValueForm) return StateForm::kReadValue;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("state_form '{}' or '{}' was expected and '{}' found", kExplicitForm, kReadValueForm, text));
}

void AddCallShape(const Graph& graph, const Input& input, XmlFact& entry) {
  if (input.call == CallShape(graph.value(input.value).type.shape)) return;
  entry.Add("call_shape", XmlText(input.call.shape, ","));
  if (input.call.HasLimits()) entry.Add("largest_shape", XmlText(input.call.largest, ","));
}

std::optional<CallShape> ReadCallShape(const XmlFact& entry) {
  const XmlFact* shape = entry.Find("call_shape");
  if (shape == nullptr) return std::nullopt;
  CallShape call(ParseXmlShape(shape->value));
  if (const XmlFact* largest = entry.Find("largest_shape")) call.largest = ParseXmlShape(largest->value);
  return call;
}

}  // namespace

XmlFact FactsToXml(const Graph& graph) {
  XmlFact facts{"stepwell", {}, {}};
  facts.Add("version", fmt::format("{}", kVersion));
  facts.Add("state_form", std::string(graph.state_form() == StateForm::kReadValue ? kReadValueForm : kExplicitForm));
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    XmlFact& entry = facts.Add(fmt::format("input{}", i));
    entry.Add("name", graph.inputs()[i].name);
    entry.Add("default_shape", XmlText(graph.inputs()[i].default_shape, ","));
    AddCallShape(graph, graph.inputs()[i], entry);
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    facts.Add(fmt::format("output{}", i)).Add("name", graph.outputs()[i].name);
  }
  for (std::size_t i = 0; i < graph.states().size(); ++i) {
    AddState(graph.states()[i], facts.Add(fmt::format("state{}", i)));
  }
  AddTexts(graph.roles(), "roles", facts);
  AddTexts(graph.metadata(), "metadata", facts);
  AddTexts(ActivationTexts(graph), "activations", facts);
  return facts;
}

ModelFacts FactsFromXml(const XmlFact& xml) {
  RequireVersion(xml);
  ModelFacts facts;
  facts.state_form = ReadForm(xml.Value("state_form"));
  ReadNumbered(xml, "input", [&](const XmlFact& entry) {
    facts.inputs.push_back({entry.Value("name"), ParseXmlShape(entry.Value("default_shape")), ReadCallShape(entry)});
  });
  ReadNumbered(xml, "output", [&](const XmlFact& entry) { facts.outputs.push_back(entry.Value("name")); });
  ReadNumbered(xml, "state", [&](const XmlFact& entry) { facts.states.push_back(ReadState(entry)); });
  facts.roles = ReadTexts(xml.Find("roles"));
  facts.metadata = ReadTexts(xml.Find("metadata"));
  facts.int8_activations = ReadActivations(xml.Find("activations"));
  return facts;
}

}  // namespace stepwell::ir
