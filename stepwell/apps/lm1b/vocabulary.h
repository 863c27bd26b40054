#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell::apps {

// lm_1b's vocabulary: the word of line n of the file has id n; the line !!!MAXTERMID does not count. The model may have
// more classes than there are words. Immutable; free to share between threads.
class Vocabulary {
 public:
  using Id = std::int32_t;

  // Throws Error naming the file: kIo, or kInvalidModel when <S>, </S> or <UNK> is missing.
  static Vocabulary Load(const std::filesystem::path& path);
  static Vocabulary Parse(std::string text, const std::string& file_name);

  Id size() const { return static_cast<Id>(words_.size()); }
  std::string_view word(Id id) const { return TextOf(words_.at(static_cast<std::size_t>(id))); }
  // The id of the word (the last, should it stand there more than once), or nothing.
  std::optional<Id> Find(std::string_view word) const;
  // The same, or that of <UNK>.
  Id IdOf(std::string_view word) const { return Find(word).value_or(unknown_); }

  Id begin_of_sentence() const { return begin_of_sentence_; }  // <S>
  Id end_of_sentence() const { return end_of_sentence_; }      // </S>
  Id unknown() const { return unknown_; }                      // <UNK>

 private:
  struct Word {
    std::uint32_t begin;
    std::uint32_t size;
  };

  Vocabulary(std::string text, const std::string& file_name);
  std::string_view TextOf(const Word& word) const { return std::string_view(text_).substr(word.begin, word.size); }
  Id FindMarker(std::string_view marker, const std::string& file_name) const;

  std::string text_;
  std::vector<Word> words_;  // by id
  std::vector<Id> sorted_;   // by text, then by id
  Id begin_of_sentence_ = 0;
  Id end_of_sentence_ = 0;
  Id unknown_ = 0;
};

}  // namespace stepwell::apps
