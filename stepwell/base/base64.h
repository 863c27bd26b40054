#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace stepwell {

// The bytes of a text in base64 (RFC 4648, section 4, with padding), or nothing when it is none.
std::optional<std::vector<std::byte>> DecodeBase64(std::string_view text);

}  // namespace stepwell
