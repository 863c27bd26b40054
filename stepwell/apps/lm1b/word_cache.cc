#include "stepwell/apps/lm1b/word_cache.h"

#include <utility>

namespace stepwell::apps {

// FNV-1a over the characters.
std::size_t WordCache::Hash::operator()(const Characters& word) const {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const std::int32_t character : word) hash = (hash ^ static_cast<std::uint32_t>(character)) * 0x100000001B3U;
  return static_cast<std::size_t>(hash);
}

WordCache::Value WordCache::Find(const Characters& word) {
  const std::scoped_lock lock(mutex_);
  const auto place = places_.find(word);
  if (place == places_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return place->second->value;
}

void WordCache::Add(const Characters& word, Value value) {
  const std::scoped_lock lock(mutex_);
  if (const auto place = places_.find(word); place != places_.end()) {
    bytes_ -= BytesOf(*place->second);
    entries_.erase(place->second);
    places_.erase(place);
  }
  entries_.push_front({word, std::move(value)});
  places_.emplace(word, entries_.begin());
  bytes_ += BytesOf(entries_.front());
  while (bytes_ > most_bytes_ && !entries_.empty()) {
    bytes_ -= BytesOf(entries_.back());
    places_.erase(entries_.back().word);
    entries_.pop_back();
  }
}

std::size_t WordCache::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

}  // namespace stepwell::apps
