#pragma once

#include <cstdint>

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/load_source.h"
#include "stepwell/converter/source/text_format.h"

namespace stepwell::converter {

// Which message a graph file in binary form holds.
enum class GraphMessage : std::uint8_t { kGraphDef, kMetaGraphDef, kSavedModel, kOnnx };

// kBinary where the file can be walked as a protobuf message to its end, or does not look like text; else kText.
GraphEncoding DetectEncoding(const SharedBytes& file);

// Told apart by the fields of the outermost message. Throws where it is no protobuf message.
GraphMessage DetectMessage(const SharedBytes& wire);

// Told apart by the first field's name.
TextMessage DetectTextMessage(std::string_view text);

}  // namespace stepwell::converter
