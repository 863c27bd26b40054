#pragma once

#include "stepwell/converter/source/text_format.h"

namespace google::protobuf {
class Descriptor;
}  // namespace google::protobuf

namespace stepwell::converter {

// The fields of TensorFlow's messages that our readers take, by their names in text. Lives as long as the process.
const google::protobuf::Descriptor& TextSchemaOf(TextMessage message);

}  // namespace stepwell::converter
