#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace stepwell {

// 128 bits that are the same for the same pieces in the same order, in every process, and differ, but for a chance of
// 2^-128 or so, for others: two lanes of multiply-and-fold over 64-bit words. Not for secrets: whoever wants two
// contents of one digest can make them.
class Digest {
 public:
  void Add(std::uint64_t word);
  void Add(std::span<const std::byte> bytes);  // with their number
  void Add(std::string_view text) { Add(std::as_bytes(std::span(text))); }

  std::array<std::uint64_t, 2> value() const;
  std::string Hexadecimal() const;  // 32 characters

 private:
  std::uint64_t a_ = 0x9e3779b97f4a7c15U;
  std::uint64_t b_ = 0xc2b2ae3d27d4eb4fU;
};

}  // namespace stepwell
