#include "stepwell/apps/lm1b/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/text.h"

namespace stepwell::apps {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{1} << 28;
constexpr std::string_view kNoWord = "!!!MAXTERMID";

}  // namespace

Vocabulary Vocabulary::Load(const std::filesystem::path& path) {
  return Parse(ReadTextFile(path, kMostFileBytes), path.string());
}

Vocabulary Vocabulary::Parse(std::string text, const std::string& file_name) { return {std::move(text), file_name}; }

Vocabulary::Vocabulary(std::string text, const std::string& file_name) : text_(std::move(text)) {
  std::string_view lines = text_;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  for (const std::string_view line : Split(lines, '\n')) {
    const std::string_view word = Trim(line);
    if (word == kNoWord) continue;
    const std::ptrdiff_t begin = word.empty() ? 0 : word.data() - text_.data();
    words_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(word.size())});
  }
  sorted_.resize(words_.size());
  std::iota(sorted_.begin(), sorted_.end(), 0);
  std::stable_sort(sorted_.begin(), sorted_.end(), [this](Id a, Id b) { return word(a) < word(b); });
  begin_of_sentence_ = FindMarker("<S>", file_name);
  end_of_sentence_ = FindMarker("</S>", file_name);
  unknown_ = FindMarker("<UNK>", file_name);
}

std::optional<Vocabulary::Id> Vocabulary::Find(std::string_view text) const {
  const auto behind =
      std::upper_bound(sorted_.begin(), sorted_.end(), text, [this](std::string_view a, Id b) { return a < word(b); });
  if (behind == sorted_.begin() || word(*(behind - 1)) != text) return std::nullopt;
  return *(behind - 1);
}

Vocabulary::Id Vocabulary::FindMarker(std::string_view marker, const std::string& file_name) const {
  const std::optional<Id> found = Find(marker);
  if (!found) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("vocabulary '{}' has no line '{}' among its {} words: the file that came with the model is "
                            "expected, one word a line",
                            file_name, marker, size()));
  }
  return *found;
}

}  // namespace stepwell::apps
