#include "stepwell/converter/source/graph_reader.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/attr_reader.h"

namespace stepwell::converter {
namespace {

using limits::kMostNodes;  // an empty node takes 2 bytes in a file, but a hundred times as many in memory

void AddInput(const std::string& text, SourceNode& node) {
  if (text.starts_with('^')) {
    node.control_inputs.push_back(text.substr(1));
  } else {
    node.inputs.push_back(ParseSourceOutput(text));
  }
}

// An entry of NodeDef's map of attributes.
void ReadAttrEntry(WireReader message, SourceNode& node) {
  std::string key;
  SourceAttr value;
  const auto read_value = [&](const WireReader& entry) {
    value = While([&] { return fmt::format("reading attribute '{}'", key); },
                  [&] { return ReadAttrValue(entry.Message()); });
  };
  while (message.Next()) {
    if (message.field() == 1) key = message.String();
    if (message.field() == 2) read_value(message);
  }
  node.attrs.insert_or_assign(std::move(key), std::move(value));
}

// TensorFlow's names have no control characters, and neither XML nor a message could show them.
std::string Readable(std::string name) {
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20 && code != 0x7f) continue;
    throw Error(ErrorKind::kInvalidModel, fmt::format("the name has a character of code {}", code));
  }
  return name;
}

void ReadNodeField(const WireReader& message, SourceNode& node) {
  switch (message.field()) {
    case 1:
      node.name = Readable(message.String());
      break;
    case 2:
      node.op = message.String();
      break;
    case 3:
      AddInput(message.String(), node);
      break;
    case 4:
      node.device = message.String();
      break;
    case 5:
      ReadAttrEntry(message.Message(), node);
      break;
    default:
      break;
  }
}

SourceNode ReadNode(WireReader message, std::size_t index) {
  if (index == kMostNodes) {
    throw Error(ErrorKind::kUnsupported, fmt::format("the graph has more than {} nodes", kMostNodes));
  }
  SourceNode node;
  While([&] { return fmt::format("reading node {} '{}' ({})", index, node.name, node.op); },
        [&] {
          while (message.Next()) ReadNodeField(message, node);
        });
  return node;
}

std::int64_t ReadProducer(WireReader versions) {
  std::int64_t producer = 0;
  while (versions.Next()) {
    if (versions.field() == 1) producer = versions.Int();
  }
  return producer;
}

}  // namespace

SourceOutput ParseSourceOutput(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, 0};
  const auto port = ParseInt(std::string_view(text).substr(colon + 1));
  constexpr std::int64_t kMostPorts = 1 << 20;
  if (!port || *port < 0 || *port > kMostPorts) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input '{}' does not end in an output number", text));
  }
  return {text.substr(0, colon), static_cast<int>(*port)};
}

SourceGraph::Parts ReadGraphParts(WireReader message) {
  SourceGraph::Parts parts;
  while (message.Next()) {
    switch (message.field()) {
      case 1:
        parts.nodes.push_back(ReadNode(message.Message(), parts.nodes.size()));
        break;
      case 2:
        parts.library = message.Bytes();
        break;
      case 3:
        parts.producer = message.Int();
        break;  // the field that `versions` replaced
      case 4:
        parts.producer = ReadProducer(message.Message());
        break;
      default:
        break;
    }
  }
  return parts;
}

SourceGraph ReadGraphDef(WireReader message) { return SourceGraph(ReadGraphParts(std::move(message))); }

}  // namespace stepwell::converter
