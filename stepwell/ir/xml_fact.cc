#include "stepwell/ir/xml_fact.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"

namespace stepwell::ir {

const XmlFact* XmlFact::Find(std::string_view child) const {
  const auto found =
      std::find_if(children.begin(), children.end(), [&](const XmlFact& fact) { return fact.name == child; });
  return found == children.end() ? nullptr : &*found;
}

std::optional<std::string> XmlFact::FindValue(std::string_view child) const {
  const XmlFact* fact = Find(child);
  return fact == nullptr ? std::nullopt : std::optional(fact->value);
}

const std::string& XmlFact::Value(std::string_view child) const {
  const XmlFact* fact = Find(child);
  if (fact == nullptr) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("<{}> of rt_info has no entry '{}'", name, child));
  }
  return fact->value;
}

XmlFact& XmlFact::Add(std::string child, std::string child_value) {
  return children.emplace_back(XmlFact{std::move(child), std::move(child_value), {}});
}

}  // namespace stepwell::ir
