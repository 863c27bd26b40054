#include "stepwell/ir/xml_printer.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::ir {
namespace {

std::string EscapedControl(char letter) {
  if (letter == '\0')
    throw Error(ErrorKind::kInvalidArgument, "a name or text holds a zero byte, which XML cannot say");
  return fmt::format("&#{};", static_cast<int>(letter));
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        const bool is_control = static_cast<unsigned char>(letter) < ' ';
        is_control ? escaped += EscapedControl(letter) : escaped += letter;
    }
  }
  return escaped;
}

}  // namespace

void XmlPrinter::Start(std::string_view tag, const Attributes& attributes) {
  std::string line(open_.size(), '\t');
  line += fmt::format("<{}", tag);
  for (const auto& [name, value] : attributes) line += fmt::format(" {}=\"{}\"", name, Escaped(value));
  file_.Write(line);
}

void XmlPrinter::Instruction(std::string_view name, std::string_view text) {
  file_.Write(fmt::format("<?{} {}?>\n", name, text));
}

void XmlPrinter::Open(std::string_view tag, const Attributes& attributes) {
  Start(tag, attributes);
  file_.Write(">\n");
  open_.emplace_back(tag);
}

void XmlPrinter::Leaf(std::string_view tag, const Attributes& attributes) {
  Start(tag, attributes);
  file_.Write(" />\n");
}

void XmlPrinter::Text(std::string_view tag, std::string_view text) {
  Start(tag, {});
  file_.Write(fmt::format(">{}</{}>\n", Escaped(text), tag));
}

void XmlPrinter::Close() {
  STEPWELL_CHECK(!open_.empty());
  const std::string tag = std::move(open_.back());
  open_.pop_back();
  file_.Write(fmt::format("{}</{}>\n", std::string(open_.size(), '\t'), tag));
}

}  // namespace stepwell::ir
