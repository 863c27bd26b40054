#include "stepwell/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace stepwell {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82f63b78U;
constexpr std::size_t kLanes = 8;

// Table k holds the effect of a byte that is followed by k zero bytes ("slicing by 8").
constexpr auto MakeTables() {
  std::array<std::array<std::uint32_t, 256>, kLanes> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReflectedPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t lane = 1; lane < kLanes; ++lane) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[lane - 1][byte];
      tables[lane][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr auto kTables = MakeTables();

std::uint64_t LoadWord(const std::byte* data) {
  std::uint64_t word = 0;
  std::memcpy(&word, data, sizeof(word));
  return word;
}

std::uint32_t StepByTable(std::uint32_t state, std::byte byte) {
  return (state >> 8) ^ kTables[0][(state ^ static_cast<std::uint32_t>(byte)) & 0xff];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t Crc32cByInstruction(std::span<const std::byte> bytes,
                                                                    std::uint32_t crc) {
  std::uint64_t state = ~crc;
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= bytes.size(); i += sizeof(std::uint64_t)) {
    state = _mm_crc32_u64(state, LoadWord(bytes.data() + i));
  }
  auto narrow = static_cast<std::uint32_t>(state);
  for (; i < bytes.size(); ++i) narrow = _mm_crc32_u8(narrow, static_cast<std::uint8_t>(bytes[i]));
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t Crc32cByTable(std::span<const std::byte> bytes, std::uint32_t crc) {
  std::uint32_t state = ~crc;
  std::size_t i = 0;
  for (; i + kLanes <= bytes.size(); i += kLanes) {
    const std::uint64_t word = LoadWord(bytes.data() + i) ^ state;
    state = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) state ^= kTables[kLanes - 1 - lane][(word >> (8 * lane)) & 0xff];
  }
  for (; i < bytes.size(); ++i) state = StepByTable(state, bytes[i]);
  return ~state;
}

std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  if (kHasInstruction) return Crc32cByInstruction(bytes, crc);
#endif
  return Crc32cByTable(bytes, crc);
}

}  // namespace stepwell
