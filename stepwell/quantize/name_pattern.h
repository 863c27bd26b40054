#pragma once

#include <optional>
#include <regex>
#include <string>

namespace stepwell::quantize {

// A regular expression (ECMAScript) that names are searched for.
class NamePattern {
 public:
  // Longer ones are refused: std::regex goes a step down the stack for each character.
  static constexpr std::size_t kMostNameBytes = 4096;

  // An empty expression finds nothing. Throws Error(kInvalidArgument) for what is no regular expression.
  explicit NamePattern(const std::string& expression);

  // Throws Error(kUnsupported) for a name that is too long.
  bool Finds(const std::string& name) const;

 private:
  std::optional<std::regex> regex_;
};

}  // namespace stepwell::quantize
