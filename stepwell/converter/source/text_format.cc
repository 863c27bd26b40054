#include "stepwell/converter/source/text_format.h"

#include <fmt/format.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <climits>
#include <memory>
#include <optional>
#include <string>

#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/converter/source/text_schema.h"

namespace stepwell::converter {
namespace {

namespace protobuf = google::protobuf;

constexpr int kMostNesting = limits::kDeepestMessage;

// Keeps the first mistake; without a collector protobuf would print all of them.
class FirstMistake : public protobuf::io::ErrorCollector {
 public:
  void AddError(int line, protobuf::io::ColumnNumber column, const std::string& message) override {
    if (!text_) text_ = fmt::format("line {}, column {}: {}", line + 1, column + 1, message);
  }
  void AddWarning(int /*line*/, protobuf::io::ColumnNumber /*column*/, const std::string& /*message*/) override {}
  std::string text() const { return text_.value_or("it cannot be read"); }

 private:
  std::optional<std::string> text_;
};

// Follows the braces outside strings and comments. protobuf bounds the depth of fields it knows, but recurses without a
// bound over those it skips.
class NestingCheck {
 public:
  void Run(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') ++line_;
      Take(c);
    }
  }

 private:
  void Take(char c) {
    if (in_comment_) {
      in_comment_ = c != '\n';
    } else if (quote_ != '\0') {
      TakeQuoted(c);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
    } else if (c == '#') {
      in_comment_ = true;
    } else {
      TakeBracket(c);
    }
  }
  void TakeQuoted(char c) {
    // A line end closes a string, too: protobuf reports it, and the count must not drift.
    if (!escaped_ && (c == quote_ || c == '\n')) quote_ = '\0';
    escaped_ = !escaped_ && c == '\\';
  }
  void TakeBracket(char c) {
    if (c == '{' || c == '<' || c == '[') ++depth_;
    if (c == '}' || c == '>' || c == ']') --depth_;
    if (depth_ > kMostNesting) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("line {}: messages are nested deeper than {}", line_, kMostNesting));
    }
  }

  int line_ = 1;
  int depth_ = 0;
  char quote_ = '\0';
  bool escaped_ = false;
  bool in_comment_ = false;
};

void Parse(std::string_view text, protobuf::Message& message) {
  protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  FirstMistake mistake;
  protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&mistake);
  parser.AllowUnknownField(true);
  parser.AllowUnknownExtension(true);
  parser.SetRecursionLimit(kMostNesting);
  if (!parser.Parse(&stream, &message)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("not a valid text protobuf: {}", mistake.text()));
  }
}

SharedBytes Serialized(const protobuf::Message& message) {
  const std::size_t size = message.ByteSizeLong();
  Require(size <= INT_MAX, ErrorKind::kUnsupported, "a graph in text form holds more than 2 GiB");
  AlignedBuffer buffer(size);
  STEPWELL_CHECK(message.SerializeToArray(buffer.data(), static_cast<int>(size)));
  return SharedBytes::Own(std::move(buffer));
}

}  // namespace

SharedBytes TextToWire(std::string_view text, TextMessage kind) {
  Require(text.size() <= INT_MAX, ErrorKind::kUnsupported, "a graph in text form is larger than 2 GiB");
  NestingCheck().Run(text);
  protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<protobuf::Message> message(factory.GetPrototype(&TextSchemaOf(kind))->New());
  Parse(text, *message);
  return Serialized(*message);
}

}  // namespace stepwell::converter
