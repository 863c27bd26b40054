#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stepwell {

// The pieces between separators; an empty text gives no pieces, two separators in a row give an empty piece.
std::vector<std::string_view> Split(std::string_view text, char separator);
std::string_view Trim(std::string_view text);  // without leading and trailing ASCII white space
std::string Join(std::span<const std::string> pieces, std::string_view separator);

// The whole text as a number, or nothing.
std::optional<std::int64_t> ParseInt(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);

// At most `most` of the candidates that a user may have meant by `name`, nearest first (edit distance, also of the last
// part of a path, and names that contain it). For error messages.
std::vector<std::string> NearestNames(std::string_view name, std::span<const std::string> candidates,
                                      std::size_t most = 3);
// "; did you mean 'a', 'b'?" or nothing.
std::string DidYouMean(std::string_view name, std::span<const std::string> candidates);

}  // namespace stepwell
