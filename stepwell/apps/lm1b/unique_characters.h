#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stepwell::apps {

// A word's characters as lm_1b's embedding looks them up: each distinct one once.
struct UniqueCharacters {
  std::vector<std::int32_t> values;   // in the order of their first occurrence, zeros behind them
  std::vector<std::int32_t> indices;  // by character: where its value is

  // Both become as long as `characters`.
  void Find(std::span<const std::int32_t> characters);
};

}  // namespace stepwell::apps
