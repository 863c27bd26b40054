#include "stepwell/apps/lm1b/text_scorer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stepwell::apps {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
constexpr double kWeightGuard = 1e-4;

// Takes the first word away from the text; empty when there is none.
std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kWhiteSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kWhiteSpace));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

void TextScorer::Add(std::string_view sentence, Visit visit) {
  std::span<const float> probabilities = stream_.AddSentenceStart();
  for (auto word = TakeWord(sentence); !word.empty(); word = TakeWord(sentence)) {
    Score(probabilities, word, visit);
    probabilities = stream_.Add(word);
  }
  const Vocabulary& vocabulary = stream_.model().vocabulary();
  Score(probabilities, vocabulary.word(vocabulary.end_of_sentence()), visit);
}

void TextScorer::Score(std::span<const float> probabilities, std::string_view word, Visit visit) {
  const Vocabulary& vocabulary = stream_.model().vocabulary();
  const auto id = vocabulary.Find(word);
  const float probability = probabilities[AsSize(id.value_or(vocabulary.unknown()))];
  const double ln_probability = std::log(static_cast<double>(std::max(probability, std::numeric_limits<float>::min())));
  ++words_;
  if (!id) ++unknown_;
  sum_ += ln_probability;
  visit({word, ln_probability, id.has_value()});
}

double TextScorer::mean_ln_probability() const { return words_ == 0 ? 0 : sum_ / static_cast<double>(words_); }

double TextScorer::perplexity() const { return std::exp(-mean_ln_probability() / (1 + kWeightGuard)); }

}  // namespace stepwell::apps
