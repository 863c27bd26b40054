#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace stepwell::converter {

// The number at `position`, in groups of 7 bits, lowest first, all but the last byte with the top bit set; `position`
// moves behind it. Nothing where the bytes end inside the number or it has more than 10 bytes.
inline std::optional<std::uint64_t> ParseVarint(std::span<const std::byte> bytes, std::size_t& position) {
  constexpr int kMostBytes = 10;
  std::uint64_t value = 0;
  for (int i = 0; i < kMostBytes && position < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint64_t>(bytes[position++]);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace stepwell::converter
