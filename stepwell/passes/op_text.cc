#include "stepwell/passes/op_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stepwell::passes {
namespace {

class TextWriter final : public ir::FieldWriter {
 public:
  explicit TextWriter(std::string start) : text_(std::move(start)) {}
  const std::string& text() const { return text_; }

  void operator()(std::string_view name, const bool& field) override { Append(name, field ? "true" : "false"); }
  void operator()(std::string_view name, const std::int64_t& field) override { Append(name, fmt::to_string(field)); }
  void operator()(std::string_view name, const float& field) override { Append(name, fmt::format("{:a}", field)); }
  void operator()(std::string_view name, const std::string& field) override {
    Append(name, fmt::format("'{}'", field));
  }
  void operator()(std::string_view name, const std::vector<std::int64_t>& field) override {
    Append(name, fmt::format("{}", field));
  }
  void operator()(std::string_view name, const std::vector<std::string>& field) override {
    Append(name, fmt::format("{}", field));
  }
  void operator()(std::string_view name, const DType& field) override { Append(name, DTypeName(field)); }
  void operator()(std::string_view name, const Shape& field) override { Append(name, ToText(field)); }

 private:
  void Append(std::string_view name, std::string_view value) { text_ += fmt::format(" {}={}", name, value); }

  std::string text_;
};

}  // namespace

std::string OpText(const ir::Op& op) {
  TextWriter writer(fmt::format("{} {}", op.name(), op.opset()));
  op.Write(writer);
  return writer.text();
}

}  // namespace stepwell::passes
