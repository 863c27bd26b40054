#pragma once

#include <cstdint>
#include <string_view>

#include "stepwell/base/memory.h"

namespace stepwell::converter {

// Messages that TensorFlow also writes in protobuf's text format.
enum class TextMessage : std::uint8_t { kGraphDef, kMetaGraphDef, kSavedModel, kCheckpointState };

// The message in binary form, for WireReader: text and binary files then go one way. Fields that no reader takes are
// left out, and fields that we do not know are tolerated, as protobuf does on reading. The result owns its bytes:
// constants written as text cannot stay in the file. Throws Error(kInvalidModel) with line and column of the first
// mistake.
SharedBytes TextToWire(std::string_view text, TextMessage message);

}  // namespace stepwell::converter
