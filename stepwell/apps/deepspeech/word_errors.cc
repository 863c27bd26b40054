#include "stepwell/apps/deepspeech/word_errors.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "stepwell/base/text.h"

namespace stepwell::apps {
namespace {

std::vector<std::string_view> WordsOfText(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(kWhiteSpace), text.size()));
    if (text.empty()) return words;
    const std::string_view word = text.substr(0, text.find_first_of(kWhiteSpace));
    words.push_back(word);
    text.remove_prefix(word.size());
  }
}

}  // namespace

// Levenshtein's distance: row by row, the distances of all beginnings of `text` from a beginning of `said`.
WordErrors CountWordErrors(std::string_view said, std::string_view text) {
  const std::vector<std::string_view> expected = WordsOfText(said);
  const std::vector<std::string_view> found = WordsOfText(text);
  std::vector<std::size_t> distances(found.size() + 1);
  std::iota(distances.begin(), distances.end(), std::size_t{0});
  for (const std::string_view word : expected) {
    std::size_t diagonal = distances[0]++;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::size_t replaced = diagonal + (found[i] == word ? 0 : 1);
      diagonal = distances[i + 1];
      distances[i + 1] = std::min({replaced, distances[i] + 1, distances[i + 1] + 1});
    }
  }
  return {expected.size(), distances.back()};
}

}  // namespace stepwell::apps
