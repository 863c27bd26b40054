#include "stepwell/view/name_tree.h"

#include <fmt/format.h>

namespace stepwell::view {

void NameTree::Add(std::string_view name, std::size_t leaf) {
  std::size_t scope = 0;
  std::string_view rest = name;
  for (int depth = 0; depth < kMostDepth; ++depth) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || slash + 1 == rest.size()) break;
    scope = ScopeIn(scope, rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  entries_[scope].entries.push_back(entries_.size());
  entries_.push_back({std::string(rest), std::string(name), {}, leaf});
  scopes_.emplace_back();
}

std::size_t NameTree::ScopeIn(std::size_t parent, std::string_view label) {
  const auto known = scopes_[parent].find(label);
  if (known != scopes_[parent].end()) return known->second;
  const std::size_t scope = entries_.size();
  const std::string path = parent == 0 ? std::string(label) : fmt::format("{}/{}", entries_[parent].path, label);
  entries_[parent].entries.push_back(scope);
  scopes_[parent].emplace(label, scope);
  entries_.push_back({std::string(label), path, {}, std::nullopt});
  scopes_.emplace_back();
  return scope;
}

NameTree::Entry NameTree::WithoutSoleScopes(std::size_t entry) const {
  Entry result = entries_[entry];
  while (!result.leaf && result.entries.size() == 1) {
    const Entry& sole = entries_[result.entries[0]];
    result = {fmt::format("{}/{}", result.label, sole.label), sole.path, sole.entries, sole.leaf};
  }
  return result;
}

}  // namespace stepwell::view
