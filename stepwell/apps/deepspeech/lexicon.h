#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace stepwell::apps {

// The words a decoder may write, as a tree of their spellings: a path from the root is the beginning of a word.
// Immutable; free to share between threads.
class Lexicon {
 public:
  using Node = std::uint32_t;
  struct Arc {
    std::int32_t label;
    Node target;
  };
  struct Word {
    std::vector<std::int32_t> spelling;
    std::uint32_t id;
  };
  static constexpr Node kRoot = 0;

  // Spellings must not be empty; of two words spelled alike the one with the smaller id stays.
  explicit Lexicon(std::vector<Word> words);

  std::uint32_t num_nodes() const { return static_cast<std::uint32_t>(words_.size()); }
  // The labels that may follow, in ascending order.
  std::span<const Arc> arcs(Node node) const {
    return std::span(arcs_).subspan(first_arc_[node], first_arc_[node + 1] - first_arc_[node]);
  }
  // The id of the word that is spelled by the path to the node.
  std::optional<std::uint32_t> word(Node node) const {
    if (words_[node] == kNoWord) return std::nullopt;
    return words_[node];
  }

 private:
  static constexpr std::uint32_t kNoWord = 0xFFFFFFFF;

  std::vector<Arc> arcs_;
  std::vector<std::size_t> first_arc_;  // per node, and one more
  std::vector<std::uint32_t> words_;    // per node
};

}  // namespace stepwell::apps
