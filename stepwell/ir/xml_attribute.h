#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/shape.h"

// Internal. How values are spelled in attributes of IR, as OpenVINO writes and reads them. The parsers throw
// Error(kInvalidModel) that quotes the text.
namespace stepwell::ir {

std::int64_t ParseXmlInt(std::string_view text);
float ParseXmlFloat(std::string_view text);
bool ParseXmlBool(std::string_view text);
DType ParseXmlDType(std::string_view text);
std::vector<std::string> ParseXmlTexts(std::string_view text);        // "sigmoid, tanh"; none for an empty text
std::vector<std::int64_t> ParseXmlInts(std::string_view text);        // "1, 2"
Shape ParseXmlShape(std::string_view text);                           // "?,1..7,26", "..." for an unknown rank
std::vector<std::string> ParseXmlTensorNames(std::string_view text);  // commas inside a name follow a backslash

std::string XmlText(float value);  // the shortest text that reads back as the same float
std::string XmlText(bool value);
std::string XmlText(std::span<const std::int64_t> values);
std::string XmlText(std::span<const std::string> values);
// `separator`: OpenVINO writes the shape of a Const with ", " and others with ",".
std::string XmlText(const Shape& shape, std::string_view separator);
std::string XmlTensorNames(std::span<const std::string> names);

}  // namespace stepwell::ir
