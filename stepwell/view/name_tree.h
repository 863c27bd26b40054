#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Internal.
namespace stepwell::view {

// Names like "a/b/MatMul" sorted into the scopes "a" and "b". A leaf is anything the caller has a number for.
class NameTree {
 public:
  struct Entry {
    std::string label;                 // the last part of its name, or several where scopes hold nothing else
    std::string path;                  // the whole name
    std::vector<std::size_t> entries;  // of a scope, in the order of their first leaf
    std::optional<std::size_t> leaf;   // none for scopes
  };

  NameTree() : entries_(1), scopes_(1) {}

  // Scopes deeper than kMostDepth are left in the leaf's label, so the tree may be walked recursively.
  void Add(std::string_view name, std::size_t leaf);
  // Entry 0 is the tree's root, a scope.
  const std::vector<Entry>& entries() const { return entries_; }
  // A scope that holds one entry only is that entry, under a longer label.
  Entry WithoutSoleScopes(std::size_t entry) const;

 private:
  static constexpr int kMostDepth = 24;

  std::size_t ScopeIn(std::size_t parent, std::string_view label);

  std::vector<Entry> entries_;
  std::vector<std::map<std::string, std::size_t, std::less<>>> scopes_;  // of each entry, by label
};

}  // namespace stepwell::view
