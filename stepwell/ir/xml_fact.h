#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Internal.
namespace stepwell::ir {

// An entry of <rt_info>: a text, or entries of its own. OpenVINO reads, keeps and writes such entries without knowing
// them, but may sort them.
struct XmlFact {
  std::string name;
  std::string value;
  std::vector<XmlFact> children;

  const XmlFact* Find(std::string_view child) const;  // null when there is none
  std::optional<std::string> FindValue(std::string_view child) const;
  const std::string& Value(std::string_view child) const;  // throws Error(kInvalidModel) when there is none
  // Adds and returns it; valid until the next one is added.
  XmlFact& Add(std::string child, std::string child_value = {});
};

}  // namespace stepwell::ir
