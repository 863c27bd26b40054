#include "stepwell/apps/deepspeech/ngram_model.h"

#include <bit>
#include <cmath>
#include <limits>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

// At most seven of ten places of the table are taken.
bool IsCrowded(std::size_t entries, std::size_t places) { return entries * 10 > places * 7; }

}  // namespace

NgramModel::NgramModel(int order, std::size_t expected_ngrams) : order_(order) {
  STEPWELL_CHECK(order >= 1);
  entries_.reserve(expected_ngrams + 1);
  GrowTable(expected_ngrams + 1);
  entries_.push_back({0, 0, 0, 0, 0, 0});
}

bool NgramModel::AddWord(std::string_view word, double ln_probability, double ln_backoff) {
  STEPWELL_CHECK(entries_.size() == num_words_ + std::size_t{1});
  if (!words_.emplace(word, num_words_).second) return false;
  entries_.push_back({0, num_words_++, static_cast<float>(ln_probability), static_cast<float>(ln_backoff), 0, 1});
  return true;
}

bool NgramModel::AddNgram(std::span<const Word> words, double ln_probability, double ln_backoff) {
  STEPWELL_CHECK(words.size() >= 2 && words.size() <= static_cast<std::size_t>(order_));
  const State context = FindOrMakeContext(words.first(words.size() - 1));
  const std::optional<State> found = FindEntry(context, words.back());
  if (!found) {
    Append(context, words.back(), ln_probability, ln_backoff);
    return true;
  }
  Entry& entry = entries_[*found];
  if (!IsMadeUp(entry)) return false;
  entry.ln_probability = static_cast<float>(ln_probability);
  entry.ln_backoff = static_cast<float>(ln_backoff);
  return true;
}

std::optional<NgramModel::Word> NgramModel::Find(std::string_view word) const {
  const auto found = words_.find(word);
  if (found == words_.end()) return std::nullopt;
  return found->second;
}

NgramModel::State NgramModel::After(std::span<const Word> words) const {
  State state = empty();
  for (const Word word : words) state = Score(state, word).next;
  return state;
}

NgramModel::Scored NgramModel::Score(State state, Word word) const {
  STEPWELL_CHECK(word < num_words_);
  double backed_off = 0;
  std::optional<State> next;
  for (State context = state;; context = entries_[context].suffix) {
    if (const std::optional<State> found = FindEntry(context, word)) {
      const Entry& entry = entries_[*found];
      if (!next) next = entry.length < order_ ? *found : entry.suffix;
      if (!IsMadeUp(entry)) return {backed_off + entry.ln_probability, *next};
    }
    backed_off += entries_[context].ln_backoff;
  }
}

std::uint64_t NgramModel::Fingerprint() const {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, over 64-bit pieces
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x100000001B3; };
  for (const auto& [text, word] : words_) {
    for (const char letter : text) mix(static_cast<unsigned char>(letter));
    mix(word);
  }
  for (const Entry& entry : entries_) {
    mix(std::uint64_t{entry.context} << 32 | entry.word);
    mix(std::uint64_t{std::bit_cast<std::uint32_t>(entry.ln_probability)} << 32 |
        std::bit_cast<std::uint32_t>(entry.ln_backoff));
  }
  return hash;
}

bool NgramModel::IsMadeUp(const Entry& entry) { return std::isnan(entry.ln_probability); }

std::optional<NgramModel::State> NgramModel::FindEntry(State context, Word word) const {
  if (context == 0) return word + 1;  // every word is an n-gram of one
  for (std::size_t slot = SlotOf(context, word); table_[slot] != 0; slot = (slot + 1) & (table_.size() - 1)) {
    const Entry& entry = entries_[table_[slot]];
    if (entry.context == context && entry.word == word) return table_[slot];
  }
  return std::nullopt;
}

NgramModel::State NgramModel::FindLongestSuffix(State context, Word word) const {
  while (context != 0) {
    context = entries_[context].suffix;
    if (const std::optional<State> found = FindEntry(context, word)) return *found;
  }
  return 0;
}

NgramModel::State NgramModel::Append(State context, Word word, double ln_probability, double ln_backoff) {
  if (IsCrowded(entries_.size() + 1, table_.size())) GrowTable(2 * entries_.size());
  const auto state = static_cast<State>(entries_.size());
  Require(state < std::numeric_limits<State>::max(), ErrorKind::kUnsupported, "a model of over four billion n-grams");
  entries_.push_back({context, word, static_cast<float>(ln_probability), static_cast<float>(ln_backoff),
                      FindLongestSuffix(context, word), entries_[context].length + 1});
  std::size_t slot = SlotOf(context, word);
  while (table_[slot] != 0) slot = (slot + 1) & (table_.size() - 1);
  table_[slot] = state;
  return state;
}

NgramModel::State NgramModel::FindOrMakeContext(std::span<const Word> words) {
  State state = 0;
  for (const Word word : words) {
    const std::optional<State> found = FindEntry(state, word);
    state = found ? *found : Append(state, word, std::numeric_limits<double>::quiet_NaN(), 0);
  }
  return state;
}

void NgramModel::GrowTable(std::size_t entries) {
  std::size_t places = std::bit_ceil(entries + 1);
  while (IsCrowded(entries, places)) places *= 2;
  table_.assign(places, 0);
  for (std::size_t i = num_words_ + std::size_t{1}; i < entries_.size(); ++i) {
    std::size_t slot = SlotOf(entries_[i].context, entries_[i].word);
    while (table_[slot] != 0) slot = (slot + 1) & (places - 1);
    table_[slot] = static_cast<std::uint32_t>(i);
  }
}

std::size_t NgramModel::SlotOf(State context, Word word) const {
  std::uint64_t mixed = (std::uint64_t{context} << 32 | word) * 0x9E3779B97F4A7C15;
  mixed ^= mixed >> 32;
  return static_cast<std::size_t>(mixed) & (table_.size() - 1);
}

}  // namespace stepwell::apps
