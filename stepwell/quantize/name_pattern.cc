#include "stepwell/quantize/name_pattern.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::quantize {

NamePattern::NamePattern(const std::string& expression) {
  if (expression.empty()) return;
  try {
    regex_.emplace(expression);
  } catch (const std::regex_error& error) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("a regular expression (ECMAScript) was expected and '{}' found: {}", expression, error.what()));
  }
}

bool NamePattern::Finds(const std::string& name) const {
  if (!regex_) return false;
  if (name.size() > kMostNameBytes) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("names of nodes of up to {} bytes can be compared with a regular expression, and '{}...' "
                            "has {}",
                            kMostNameBytes, name.substr(0, 64), name.size()));
  }
  return std::regex_search(name, *regex_);
}

}  // namespace stepwell::quantize
