#include "stepwell/apps/lm1b/unique_characters.h"

#include <algorithm>

namespace stepwell::apps {

void UniqueCharacters::Find(std::span<const std::int32_t> characters) {
  values.clear();
  indices.clear();
  for (const std::int32_t character : characters) {
    const auto found = std::find(values.begin(), values.end(), character);
    indices.push_back(static_cast<std::int32_t>(found - values.begin()));
    if (found == values.end()) values.push_back(character);
  }
  values.resize(characters.size());
}

}  // namespace stepwell::apps
