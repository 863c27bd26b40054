#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "stepwell/apps/deepspeech/alphabet.h"
#include "stepwell/apps/deepspeech/lexicon.h"
#include "stepwell/apps/deepspeech/ngram_model.h"

namespace stepwell::apps {

// A word n-gram model with the spellings of its words in a speech model's alphabet. Immutable and shared by all the
// decoders that use it.
class WordLanguageModel {
 public:
  using State = NgramModel::State;

  // Words are parted by the alphabet's space; those it cannot spell, and markers such as <unk>, are never written.
  // Throws Error(kInvalidArgument) for an alphabet without space and for a model none of whose words can be spelled.
  WordLanguageModel(NgramModel ngrams, const Alphabet& alphabet);
  // From an ARPA file; see ReadArpa for what it refuses.
  static std::shared_ptr<const WordLanguageModel> Load(const std::filesystem::path& path, const Alphabet& alphabet);

  const Lexicon& lexicon() const { return lexicon_; }
  std::int32_t space() const { return space_; }

  // The state at the beginning of a sentence: after <s>, where the model has it.
  State begin() const { return begin_; }
  std::uint64_t fingerprint() const { return fingerprint_; }  // of the n-grams
  std::uint32_t num_states() const { return static_cast<std::uint32_t>(ngrams_.num_entries()); }
  // `word` is an id of the lexicon.
  NgramModel::Scored Score(State state, std::uint32_t word) const { return ngrams_.Score(state, word); }
  // ln p(</s> | state), or that of <unk>, or 0 when the model has neither.
  double ScoreEnd(State state) const;

 private:
  NgramModel ngrams_;
  Lexicon lexicon_;
  std::int32_t space_;
  State begin_ = 0;
  std::optional<NgramModel::Word> end_;
  std::uint64_t fingerprint_;
};

}  // namespace stepwell::apps
