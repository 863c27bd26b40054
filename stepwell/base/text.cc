#include "stepwell/base/text.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace stepwell {
namespace {

constexpr std::string_view kSpace = " \t\r\n\f\v";
constexpr std::size_t kLongestCompared = 200;

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string_view LastPart(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

// Smaller is nearer; nothing when the two have too little in common to be worth naming.
std::optional<std::size_t> Remoteness(std::string_view name, std::string_view candidate) {
  if (candidate.size() > kLongestCompared) return std::nullopt;
  std::size_t distance = 3 * EditDistance(name, candidate);
  distance = std::min(distance, 3 * EditDistance(LastPart(name), LastPart(candidate)) + 2);
  if (candidate.find(name) != std::string_view::npos || name.find(candidate) != std::string_view::npos) {
    distance = std::min<std::size_t>(distance, 4);
  }
  const std::size_t limit = std::max<std::size_t>(6, 3 * LastPart(name).size() / 2);
  if (distance > limit) return std::nullopt;
  return distance;
}

}  // namespace

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  if (text.empty()) return pieces;
  while (true) {
    const std::size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string Join(std::span<const std::string> pieces, std::string_view separator) {
  std::string text;
  for (const std::string& piece : pieces) {
    if (&piece != pieces.data()) text += separator;
    text += piece;
  }
  return text;
}

std::optional<std::int64_t> ParseInt(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> NearestNames(std::string_view name, std::span<const std::string> candidates,
                                      std::size_t most) {
  if (name.empty() || name.size() > kLongestCompared) return {};
  std::vector<std::pair<std::size_t, const std::string*>> near;
  for (const std::string& candidate : candidates) {
    if (const auto remoteness = Remoteness(name, candidate)) near.emplace_back(*remoteness, &candidate);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [remoteness, candidate] : near) {
    if (names.size() == most) break;
    names.push_back(*candidate);
  }
  return names;
}

std::string DidYouMean(std::string_view name, std::span<const std::string> candidates) {
  const std::vector<std::string> names = NearestNames(name, candidates);
  if (names.empty()) return {};
  return "; did you mean '" + Join(names, "', '") + "'?";
}

}  // namespace stepwell
