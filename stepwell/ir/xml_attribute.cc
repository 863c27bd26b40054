#include "stepwell/ir/xml_attribute.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::ir {
namespace {

constexpr std::string_view kUnknownRank = "...";
constexpr std::ptrdiff_t kMostTensorNames = 1024;  // each is compared with all

[[noreturn]] void ThrowUnreadable(std::string_view expected, std::string_view text) {
  throw Error(ErrorKind::kInvalidModel, fmt::format("{} was expected and '{}' found", expected, text));
}

Dim ParseDim(std::string_view text) {
  constexpr std::string_view kRange = "..";
  if (text == "?" || text == "-1" || text.find(kRange) != std::string_view::npos) return kDynamic;
  const auto dim = ParseInt(text);
  if (!dim || *dim < 0) ThrowUnreadable("a dimension (0 or more, ? or a range)", text);
  return *dim;
}

}  // namespace

std::int64_t ParseXmlInt(std::string_view text) {
  const auto value = ParseInt(Trim(text));
  if (!value) ThrowUnreadable("an integer", text);
  return *value;
}

float ParseXmlFloat(std::string_view text) {
  const auto value = ParseDouble(Trim(text));
  if (!value) ThrowUnreadable("a number", text);
  return static_cast<float>(*value);
}

bool ParseXmlBool(std::string_view text) {
  const std::string_view word = Trim(text);
  if (word == "true" || word == "True" || word == "1") return true;
  if (word == "false" || word == "False" || word == "0") return false;
  ThrowUnreadable("true or false", text);
}

DType ParseXmlDType(std::string_view text) {
  const auto dtype = FindDType(Trim(text));
  if (!dtype) ThrowUnreadable("an element type such as f32 or i64", text);
  return *dtype;
}

std::vector<std::string> ParseXmlTexts(std::string_view text) {
  std::vector<std::string> values;
  for (const std::string_view piece : Split(text, ',')) values.emplace_back(Trim(piece));
  return values;
}

std::vector<std::int64_t> ParseXmlInts(std::string_view text) {
  std::vector<std::int64_t> values;
  for (const std::string_view piece : Split(text, ',')) values.push_back(ParseXmlInt(piece));
  return values;
}

Shape ParseXmlShape(std::string_view text) {
  if (Trim(text) == kUnknownRank) return Shape::UnknownRank();
  Shape shape;
  for (const std::string_view piece : Split(text, ',')) shape.Append(ParseDim(Trim(piece)));
  return shape;
}

std::vector<std::string> ParseXmlTensorNames(std::string_view text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  if (std::count(text.begin(), text.end(), ',') >= kMostTensorNames) {
    throw Error(ErrorKind::kUnsupported, fmt::format("a tensor has more than {} names", kMostTensorNames));
  }
  names.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == ',';
    if (is_escape) {
      names.back() += text[++i];
    } else if (text[i] == ',') {
      names.emplace_back();
    } else {
      names.back() += text[i];
    }
  }
  return names;
}

std::string XmlText(float value) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), value);
  STEPWELL_CHECK(end.ec == std::errc());
  return {std::begin(text), end.ptr};
}

std::string XmlText(bool value) { return value ? "true" : "false"; }

std::string XmlText(std::span<const std::int64_t> values) { return fmt::format("{}", fmt::join(values, ", ")); }

std::string XmlText(std::span<const std::string> values) { return Join(values, ", "); }

std::string XmlText(const Shape& shape, std::string_view separator) {
  if (!shape.has_rank()) return std::string(kUnknownRank);
  std::string text;
  for (const Dim dim : shape.dims()) {
    if (!text.empty()) text += separator;
    text += dim == kDynamic ? std::string(1, '?') : fmt::format("{}", dim);
  }
  return text;
}

std::string XmlTensorNames(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ',';
    for (const char letter : name) {
      if (letter == ',') text += '\\';
      text += letter;
    }
  }
  return text;
}

}  // namespace stepwell::ir
