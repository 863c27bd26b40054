#include "stepwell/apps/cli/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

// Characters as a terminal counts them: bytes that do not continue a UTF-8 sequence.
std::size_t WidthOf(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Line(const std::vector<std::string>& row, const std::vector<std::size_t>& widths,
                 std::string_view separator) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += separator;
    line += row[i];
    line += std::string(widths[i] - WidthOf(row[i]), ' ');
  }
  return line;
}

}  // namespace

void TextTable::Add(std::vector<std::string> row) {
  STEPWELL_CHECK(row.size() == header_.size());
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> TextTable::Widths() const {
  std::vector<std::size_t> widths;
  for (const std::string& title : header_) widths.push_back(WidthOf(title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  return widths;
}

std::string TextTable::Plain() const {
  const std::vector<std::size_t> widths = Widths();
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line = Line(row, widths, "  ");
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  };
  add(header_);
  add(rule);
  for (const auto& row : rows_) add(row);
  return text;
}

std::string TextTable::Markdown() const {
  const std::vector<std::size_t> widths = Widths();
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(std::max<std::size_t>(width, 1), '-');
  std::string text = fmt::format("| {} |\n| {} |\n", Line(header_, widths, " | "), Join(rule, " | "));
  for (const auto& row : rows_) text += fmt::format("| {} |\n", Line(row, widths, " | "));
  return text;
}

std::string TextTable::Csv() const {
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) text += fmt::format("{}{}", i > 0 ? "," : "", CsvField(row[i]));
    text += "\r\n";
  };
  add(header_);
  for (const auto& row : rows_) add(row);
  return text;
}

}  // namespace stepwell::cli
