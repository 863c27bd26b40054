#include "stepwell/apps/deepspeech/alphabet.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/text.h"

namespace stepwell::apps {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{16} << 20;

// Without the end of a line as other systems write it.
std::string_view WithoutReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Alphabet::Alphabet(std::vector<std::string> labels, const std::string& source) : labels_(std::move(labels)) {
  if (labels_.empty() || labels_.size() > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{}: an alphabet has 1 to {} labels, this one has {}", source,
                                                      std::numeric_limits<std::uint16_t>::max(), labels_.size()));
  }
  for (std::int32_t i = 0; i < size(); ++i) {
    index_.emplace(label(i), i);
    longest_ = std::max(longest_, label(i).size());
  }
  if (const auto found = index_.find(" "); found != index_.end()) space_ = found->second;
}

Alphabet Alphabet::English() {
  std::vector<std::string> labels = {" "};
  for (char letter = 'a'; letter <= 'z'; ++letter) labels.emplace_back(1, letter);
  labels.emplace_back("'");
  return {std::move(labels), "the English alphabet"};
}

Alphabet Alphabet::Load(const std::filesystem::path& path) {
  return Parse(ReadTextFile(path, kMostFileBytes), path.string());
}

Alphabet Alphabet::Parse(std::string_view text, const std::string& file_name) {
  std::vector<std::string> labels;
  for (std::string_view line : Split(text, '\n')) {
    line = WithoutReturn(line);
    if (line == "\\#") {
      labels.emplace_back("#");
    } else if (!line.empty() && !line.starts_with('#')) {
      labels.emplace_back(line);
    }
  }
  return {std::move(labels), "alphabet file '" + file_name + "'"};
}

Alphabet Alphabet::FromSerialized(std::span<const std::byte> bytes) {
  ByteReader reader(bytes, "the model's serialized alphabet");
  const auto count = reader.Read<std::uint16_t>();
  std::vector<std::optional<std::string>> found(count);
  for (int i = 0; i < count; ++i) {
    const auto key = reader.Read<std::uint16_t>();
    reader.Require(key < count && !found[key],
                   fmt::format("class {} of {} is out of range or named twice", key, count));
    const auto length = reader.Read<std::uint16_t>();
    found[key] = reader.ReadChars(length);
    reader.Require(length > 0, fmt::format("the label of class {} is empty", key));
  }
  reader.ExpectEnd();
  std::vector<std::string> labels;
  for (std::optional<std::string>& label : found) labels.push_back(std::move(*label));
  return {std::move(labels), reader.what()};
}

std::string Alphabet::TextOf(std::span<const std::int32_t> labels) const {
  std::string text;
  for (const std::int32_t index : labels) text += label(index);
  return text;
}

std::optional<std::vector<std::int32_t>> Alphabet::Spell(std::string_view word) const {
  std::vector<std::int32_t> labels;
  while (!word.empty()) {
    std::size_t length = std::min(longest_, word.size());
    auto found = index_.find(word.substr(0, length));
    while (found == index_.end() && length > 1) found = index_.find(word.substr(0, --length));
    if (found == index_.end()) return std::nullopt;
    labels.push_back(found->second);
    word.remove_prefix(length);
  }
  return labels;
}

}  // namespace stepwell::apps
