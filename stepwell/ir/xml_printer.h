#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/file.h"
#include "stepwell/ir/xml_document.h"

// Internal.
namespace stepwell::ir {

// Writes XML with one element a line, indented by tabs, as OpenVINO does. Attribute values are escaped.
class XmlPrinter {
 public:
  using Attributes = std::vector<XmlAttribute>;

  explicit XmlPrinter(AtomicFile& file) : file_(file) {}

  void Declaration() { file_.Write("<?xml version=\"1.0\"?>\n"); }
  // <?name text?>, for the programs that know the name; `text` is written as it is.
  void Instruction(std::string_view name, std::string_view text);
  void Open(std::string_view tag, const Attributes& attributes = {});
  void Leaf(std::string_view tag, const Attributes& attributes = {});
  void Text(std::string_view tag, std::string_view text);  // an element that holds only a text
  void Close();

 private:
  void Start(std::string_view tag, const Attributes& attributes);

  AtomicFile& file_;
  std::vector<std::string> open_;
};

}  // namespace stepwell::ir
