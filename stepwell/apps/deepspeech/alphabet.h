#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell::apps {

// What the classes of a speech model stand for: class k < size() is the text label(k), class size() is CTC's blank.
// Immutable; free to share between threads.
class Alphabet {
 public:
  // The space, the letters a to z and the apostrophe: what DeepSpeech's English models have when nothing else is said.
  static Alphabet English();

  // DeepSpeech's alphabet file: one label a line, in the order of the classes. Lines that start with '#' are comments,
  // a line `\#` is the label '#', empty lines are skipped. Throws Error (kIo, kInvalidModel) naming the file.
  static Alphabet Load(const std::filesystem::path& path);
  static Alphabet Parse(std::string_view text, const std::string& file_name);

  // What exported models hold as metadata_alphabet: u16 number of labels, then for each u16 class, u16 length, text;
  // little-endian. Throws Error(kInvalidModel).
  static Alphabet FromSerialized(std::span<const std::byte> bytes);

  std::int32_t size() const { return static_cast<std::int32_t>(labels_.size()); }
  std::int32_t blank() const { return size(); }
  // The class of the label " ", which parts words; none in alphabets of languages that do not.
  std::optional<std::int32_t> space() const { return space_; }
  const std::string& label(std::int32_t index) const { return labels_.at(static_cast<std::size_t>(index)); }

  // The labels one after the other.
  std::string TextOf(std::span<const std::int32_t> labels) const;
  // The word as labels (the longest that fits at every place), or nothing when some part of it is no label.
  std::optional<std::vector<std::int32_t>> Spell(std::string_view word) const;

 private:
  Alphabet(std::vector<std::string> labels, const std::string& source);

  std::vector<std::string> labels_;
  std::map<std::string, std::int32_t, std::less<>> index_;
  std::size_t longest_ = 0;  // bytes of the longest label
  std::optional<std::int32_t> space_;
};

}  // namespace stepwell::apps
