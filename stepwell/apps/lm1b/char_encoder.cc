#include "stepwell/apps/lm1b/char_encoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

constexpr std::int64_t kShortest = 3;
constexpr int kByteValues = 256;

std::int32_t ValueOf(char byte) { return static_cast<unsigned char>(byte); }

}  // namespace

CharEncoder::CharEncoder(const Vocabulary& vocabulary, std::int64_t word_length) : word_length_(word_length) {
  if (word_length < kShortest) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a model that takes words of at least {} characters expected, this one takes {}", kShortest,
                            word_length));
  }
  std::array<bool, kByteValues> used{};
  for (Vocabulary::Id id = 0; id < vocabulary.size(); ++id) {
    for (const char byte : vocabulary.word(id)) used[AsSize(ValueOf(byte))] = true;
  }
  std::size_t found = 0;
  for (int value = 0; value < kByteValues && found < kMarks; ++value) {
    if (!used[AsSize(value)]) marks_[found++] = static_cast<char>(value);
  }
  Require(found == kMarks, ErrorKind::kInvalidModel,
          "the vocabulary's words use all byte values but a few; five must be left for marks: is it a text file?");
}

void CharEncoder::Encode(std::string_view word, std::span<std::int32_t> characters) const {
  STEPWELL_CHECK(characters.size() == AsSize(word_length_));
  word = word.substr(0, characters.size() - 2);
  std::fill(characters.begin(), characters.end(), ValueOf(marks_[kPadding]));
  characters[0] = ValueOf(marks_[kBeginOfWord]);
  std::transform(word.begin(), word.end(), characters.begin() + 1, ValueOf);
  characters[word.size() + 1] = ValueOf(marks_[kEndOfWord]);
}

void CharEncoder::EncodeSentenceStart(std::span<std::int32_t> characters) const {
  Encode({&marks_[kBeginOfSentence], 1}, characters);
}

}  // namespace stepwell::apps
