#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stepwell::cli {

// Rows of text that are printed with aligned columns.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header) : header_(std::move(header)) {}

  void Add(std::vector<std::string> row);
  bool empty() const { return rows_.empty(); }

  std::string Plain() const;     // columns two blanks apart, a rule below the header
  std::string Markdown() const;  // "| a | b |"
  std::string Csv() const;       // RFC 4180

 private:
  std::vector<std::size_t> Widths() const;

  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace stepwell::cli
