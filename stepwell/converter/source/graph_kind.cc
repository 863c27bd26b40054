#include "stepwell/converter/source/graph_kind.h"

#include <algorithm>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {
namespace {

bool IsWireMessage(const SharedBytes& file) {
  try {
    for (WireReader message(file); message.Next();) continue;
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool LooksLikeText(const SharedBytes& file) {
  constexpr std::size_t kSample = 4096;
  const auto sample = file.span().first(std::min(kSample, file.size()));
  return std::all_of(sample.begin(), sample.end(), [](std::byte byte) {
    const auto c = static_cast<unsigned char>(byte);
    return c >= ' ' || (c >= '\t' && c <= '\r');
  });
}

bool IsOnnx(const SharedBytes& wire) {
  for (WireReader message(wire); message.Next();) {
    if (message.field() > 2) return true;
  }
  return false;
}

// Without white space and comments in front.
std::string_view FirstField(std::string_view text) {
  text = Trim(text);
  while (text.starts_with('#')) text = Trim(text.substr(std::min(text.size(), text.find('\n'))));
  return text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
}

}  // namespace

GraphEncoding DetectEncoding(const SharedBytes& file) {
  return IsWireMessage(file) || !LooksLikeText(file) ? GraphEncoding::kBinary : GraphEncoding::kText;
}

// GraphDef:     1 node (many), 2 function library, 3 version (a number), 4 versions, 5 debug information
// MetaGraphDef: 1 information, 2 GraphDef, 3 SaverDef (a message), 4 collections, 5 signatures, 6 and 7 more
// SavedModel:   1 version (a number), 2 MetaGraphDefs
// ONNX:         1 version (a number), 2 producer, …, 7 graph, 8 sets of operators (onnx.proto)
GraphMessage DetectMessage(const SharedBytes& wire) {
  int firsts = 0;
  int seconds = 0;
  for (WireReader message(wire); message.Next();) {
    const bool is_message = message.type() == WireType::kBytes;
    if (message.field() == 1 && !is_message) return IsOnnx(wire) ? GraphMessage::kOnnx : GraphMessage::kSavedModel;
    if (message.field() == 3 && is_message) return GraphMessage::kMetaGraphDef;
    if (message.field() > 5) return GraphMessage::kMetaGraphDef;
    firsts += message.field() == 1 ? 1 : 0;
    seconds += message.field() == 2 ? 1 : 0;
  }
  return seconds > 0 && firsts <= 1 ? GraphMessage::kMetaGraphDef : GraphMessage::kGraphDef;
}

TextMessage DetectTextMessage(std::string_view text) {
  const std::string_view field = FirstField(text);
  if (field == "saved_model_schema_version" || field == "meta_graphs") return TextMessage::kSavedModel;
  const bool is_graph = field == "node" || field == "versions" || field == "version" || field == "library";
  return is_graph ? TextMessage::kGraphDef : TextMessage::kMetaGraphDef;
}

}  // namespace stepwell::converter
