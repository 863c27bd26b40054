#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "stepwell/apps/lm1b/vocabulary.h"

namespace stepwell::apps {

// Words as lm_1b's character input takes them: begin-of-word, the bytes of the word, end-of-word, and padding up to the
// model's word length; of a longer word the first bytes. The five marks are the lowest byte values that no word of the
// vocabulary holds. Immutable; free to share between threads.
class CharEncoder {
 public:
  // Throws Error(kInvalidModel) for a vocabulary that leaves fewer than five byte values free, or a word length that
  // has no room for a byte between the marks.
  CharEncoder(const Vocabulary& vocabulary, std::int64_t word_length);

  std::int64_t word_length() const { return word_length_; }

  // characters [word_length]. `<S>` is encoded as these three letters, as the original's sampling does.
  void Encode(std::string_view word, std::span<std::int32_t> characters) const;
  // The start of a sentence as the original's evaluation has it: a word of the one mark begin-of-sentence.
  void EncodeSentenceStart(std::span<std::int32_t> characters) const;

 private:
  enum Mark : std::uint8_t { kBeginOfSentence, kEndOfSentence, kBeginOfWord, kEndOfWord, kPadding, kMarks };

  std::int64_t word_length_;
  std::array<char, kMarks> marks_{};
};

}  // namespace stepwell::apps
