#include "stepwell/ir/xml_fields.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/ir/xml_attribute.h"

namespace stepwell::ir {

template <class Field, class Parse>
void XmlFieldReader::Fill(std::string_view name, Field& field, Parse&& parse) {
  asked_.insert(name);
  const std::string* text = layer_.FindAttribute(name);
  if (text == nullptr) return;
  While([&] { return fmt::format("reading attribute '{}'", name); }, [&] { field = parse(*text); });
}

void XmlFieldReader::operator()(std::string_view name, bool& field) { Fill(name, field, ParseXmlBool); }
void XmlFieldReader::operator()(std::string_view name, std::int64_t& field) { Fill(name, field, ParseXmlInt); }
void XmlFieldReader::operator()(std::string_view name, float& field) { Fill(name, field, ParseXmlFloat); }
void XmlFieldReader::operator()(std::string_view name, std::string& field) {
  Fill(name, field, [](const std::string& text) { return text; });
}
void XmlFieldReader::operator()(std::string_view name, std::vector<std::int64_t>& field) {
  Fill(name, field, ParseXmlInts);
}
void XmlFieldReader::operator()(std::string_view name, std::vector<std::string>& field) {
  Fill(name, field, ParseXmlTexts);
}
void XmlFieldReader::operator()(std::string_view name, DType& field) { Fill(name, field, ParseXmlDType); }
void XmlFieldReader::operator()(std::string_view name, Shape& field) { Fill(name, field, ParseXmlShape); }

void XmlFieldReader::RequireAllRead() const {
  for (const XmlAttribute& attribute : layer_.attributes) {
    if (attribute.value.empty() || asked_.contains(attribute.name)) continue;
    throw Error(ErrorKind::kUnsupported,
                fmt::format("attribute {}=\"{}\" is not known of {}", attribute.name, attribute.value, layer_.type));
  }
}

void XmlFieldWriter::operator()(std::string_view name, const bool& field) { Add(name, XmlText(field)); }
void XmlFieldWriter::operator()(std::string_view name, const std::int64_t& field) {
  Add(name, fmt::format("{}", field));
}
void XmlFieldWriter::operator()(std::string_view name, const float& field) { Add(name, XmlText(field)); }
void XmlFieldWriter::operator()(std::string_view name, const std::string& field) { Add(name, field); }
void XmlFieldWriter::operator()(std::string_view name, const std::vector<std::int64_t>& field) {
  Add(name, XmlText(field));
}
void XmlFieldWriter::operator()(std::string_view name, const std::vector<std::string>& field) {
  Add(name, XmlText(field));
}
void XmlFieldWriter::operator()(std::string_view name, const DType& field) { Add(name, std::string(DTypeName(field))); }
void XmlFieldWriter::operator()(std::string_view name, const Shape& field) { Add(name, XmlText(field, ",")); }

}  // namespace stepwell::ir
