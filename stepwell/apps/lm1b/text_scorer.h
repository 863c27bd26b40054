#pragma once

#include <cstdint>
#include <string_view>

#include "stepwell/apps/lm1b/word_model.h"
#include "stepwell/base/parallel.h"

namespace stepwell::apps {

// What a model said of a word before it saw it.
struct WordScore {
  std::string_view word;      // as it stands in the text, or "</S>" at the end of a sentence
  double ln_probability = 0;  // of it, or of <UNK> where the vocabulary has it not
  bool is_known = true;
};

// Measures how well a model foresees a text, as the original's evaluation does: sentence after sentence, the state
// carried on from each to the next, their ends among the words to foresee. Not thread-safe.
class TextScorer {
 public:
  using Visit = FunctionRef<void(const WordScore& score)>;

  // The model must outlive it.
  explicit TextScorer(const WordModel& model) : stream_(model.Open()) {}

  // A sentence: words parted by white space, as they stand in the vocabulary. Calls `visit` for each and for its end.
  void Add(std::string_view sentence, Visit visit);

  std::int64_t words() const { return words_; }            // seen so far, ends of sentences included
  std::int64_t unknown_words() const { return unknown_; }  // of these, those that the vocabulary has not
  // Mean of the natural logarithms of the probabilities; 0 before the first word.
  double mean_ln_probability() const;
  // As TensorFlow's evaluation of lm_1b has it: exp of the mean of the graph's log_perplexity, which for one word of
  // weight 1 is -ln p * 1 / (1 + 1e-4); the small number in it guards against a division by zero.
  double perplexity() const;

 private:
  void Score(std::span<const float> probabilities, std::string_view word, Visit visit);

  WordStream stream_;
  std::int64_t words_ = 0;
  std::int64_t unknown_ = 0;
  double sum_ = 0;
};

}  // namespace stepwell::apps
