#include "stepwell/base/digest.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace stepwell {
namespace {

constexpr std::uint64_t kFactorA = 0xa0761d6478bd642fU;
constexpr std::uint64_t kFactorB = 0xe7037ed1a0b428dbU;
constexpr int kTurn = 29;

std::uint64_t Folded(std::uint64_t x, std::uint64_t factor) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{x} * factor;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

void Digest::Add(std::uint64_t word) {
  // Rotated and added to, so that a lane that a word brings to 0 does not forget what came before.
  a_ = std::rotl(a_, kTurn) + Folded(a_ ^ word, kFactorA);
  b_ = std::rotl(b_, kTurn) + Folded(b_ + word, kFactorB);
}

void Digest::Add(std::span<const std::byte> bytes) {
  Add(bytes.size());
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= bytes.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    Add(word);
  }
  if (at == bytes.size()) return;
  std::uint64_t rest = 0;
  std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  Add(rest);
}

std::array<std::uint64_t, 2> Digest::value() const {
  return {Folded(a_ ^ (b_ >> 32), kFactorB), Folded(b_ ^ (a_ >> 32), kFactorA)};
}

std::string Digest::Hexadecimal() const {
  const auto [first, second] = value();
  return fmt::format("{:016x}{:016x}", first, second);
}

}  // namespace stepwell
