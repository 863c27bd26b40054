#include "stepwell/apps/deepspeech/transcript.h"

#include <utility>

#include "stepwell/base/text.h"

namespace stepwell::apps {

std::string TextOf(const Hypothesis& hypothesis, const Alphabet& alphabet) {
  std::string text;
  for (const Letter& letter : hypothesis.letters) text += alphabet.label(letter.label);
  return std::string(Trim(text));
}

std::vector<TimedWord> WordsOf(const Hypothesis& hypothesis, const Alphabet& alphabet, double seconds_per_frame) {
  std::vector<TimedWord> words;
  TimedWord word;
  for (const Letter& letter : hypothesis.letters) {
    const double seconds = static_cast<double>(letter.frame) * seconds_per_frame;
    const bool is_space = letter.label == alphabet.space();
    if (word.text.empty()) word.start_seconds = seconds;
    word.duration_seconds = seconds - word.start_seconds;
    if (!is_space) word.text += alphabet.label(letter.label);
    if (is_space && !word.text.empty()) words.push_back(std::exchange(word, {}));
  }
  if (!word.text.empty()) words.push_back(std::move(word));
  return words;
}

}  // namespace stepwell::apps
