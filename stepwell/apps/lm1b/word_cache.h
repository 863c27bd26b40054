#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "stepwell/base/memory.h"

namespace stepwell::apps {

// What was computed of words seen before, by their characters; the words not asked for the longest are forgotten when
// it would hold more than its bytes. Thread safe.
class WordCache {
 public:
  using Characters = std::vector<std::int32_t>;
  using Value = std::shared_ptr<const AlignedBuffer>;

  explicit WordCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null for a word that it does not hold.
  Value Find(const Characters& word);
  // Replaces what it held of the word.
  void Add(const Characters& word, Value value);

  std::size_t size() const;

 private:
  struct Entry {
    Characters word;
    Value value;
  };
  struct Hash {
    std::size_t operator()(const Characters& word) const;
  };

  static std::size_t BytesOf(const Entry& entry) {
    return entry.value->size() + entry.word.size() * sizeof(std::int32_t) + sizeof(Entry);
  }

  const std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the one asked for last first
  std::unordered_map<Characters, std::list<Entry>::iterator, Hash> places_;
  std::size_t bytes_ = 0;
};

}  // namespace stepwell::apps
