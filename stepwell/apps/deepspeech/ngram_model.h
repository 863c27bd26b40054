#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell::apps {

// A word n-gram model with backing off: p(w | h) is that of the n-gram "h w" where there is one, else the backing-off
// weight of h times p(w | h without its first word). Immutable once filled; free to share between threads.
//
// One entry of 24 bytes per n-gram in one array; an n-gram is found by its context's entry and its last word. A state
// is the entry of the longest known context, so scoring a word is one or a few look-ups, whatever the order.
class NgramModel {
 public:
  using Word = std::uint32_t;   // in the order of AddWord
  using State = std::uint32_t;  // what the next word's probability depends on

  struct Scored {
    double ln_probability = 0;
    State next = 0;
  };

  // `order` is the length of the longest n-grams; `expected_ngrams` (all orders) is only a hint for memory.
  NgramModel(int order, std::size_t expected_ngrams);

  // Words first, then n-grams of two words, of three, and so on. Natural logarithms. Both return false, changing
  // nothing, for one that is already there. A context that is no n-gram of its own is made up, with weight one.
  bool AddWord(std::string_view word, double ln_probability, double ln_backoff);
  bool AddNgram(std::span<const Word> words, double ln_probability, double ln_backoff);

  int order() const { return order_; }
  Word num_words() const { return num_words_; }
  std::size_t num_entries() const { return entries_.size(); }
  const std::map<std::string, Word, std::less<>>& words() const { return words_; }
  std::optional<Word> Find(std::string_view word) const;

  State empty() const { return 0; }
  // The state after the context, of which the last order() - 1 words count.
  State After(std::span<const Word> words) const;
  Scored Score(State state, Word word) const;

  // Differs, with near certainty, between models that score differently.
  std::uint64_t Fingerprint() const;

 private:
  struct Entry {
    State context;  // the n-gram without its last word
    Word word;      // its last word
    float ln_probability;
    float ln_backoff;
    State suffix;  // the longest known n-gram that ends this one without its first word
    std::int32_t length;
  };

  static bool IsMadeUp(const Entry& entry);
  std::optional<State> FindEntry(State context, Word word) const;
  State FindLongestSuffix(State context, Word word) const;
  State Append(State context, Word word, double ln_probability, double ln_backoff);
  State FindOrMakeContext(std::span<const Word> words);
  void GrowTable(std::size_t entries);
  std::size_t SlotOf(State context, Word word) const;

  int order_;
  Word num_words_ = 0;
  std::map<std::string, Word, std::less<>> words_;
  std::vector<Entry> entries_;        // the empty n-gram, then each word in order, then the longer ones
  std::vector<std::uint32_t> table_;  // open addressing over entries of two words and more; 0 is a free place
};

}  // namespace stepwell::apps
