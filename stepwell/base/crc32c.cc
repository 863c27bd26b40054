#include "stepwell/base/crc32c.h"

#include <algorithm>
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
constexpr std::size_t kPiecesAtATime = 4;

bool HasInstruction() {
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  return kHasInstruction;
}

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

// Of four pieces, one behind the other; the size of a piece is a multiple of that of a word.
__attribute__((target("sse4.2"))) void Crc32cOfFour(const std::byte* bytes, std::size_t piece_bytes,
                                                    std::uint32_t* crcs) {
  constexpr std::uint64_t kStart = ~std::uint32_t{0};
  std::uint64_t a = kStart, b = kStart, c = kStart, d = kStart;
  for (const std::byte* const end = bytes + piece_bytes; bytes < end; bytes += sizeof(std::uint64_t)) {
    a = _mm_crc32_u64(a, LoadWord(bytes));
    b = _mm_crc32_u64(b, LoadWord(bytes + piece_bytes));
    c = _mm_crc32_u64(c, LoadWord(bytes + 2 * piece_bytes));
    d = _mm_crc32_u64(d, LoadWord(bytes + 3 * piece_bytes));
  }
  const std::uint64_t states[kPiecesAtATime] = {a, b, c, d};
  std::transform(states, states + kPiecesAtATime, crcs,
                 [](std::uint64_t state) { return ~static_cast<std::uint32_t>(state); });
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
  if (HasInstruction()) return Crc32cByInstruction(bytes, crc);
#endif
  return Crc32cByTable(bytes, crc);
}

void Crc32cOfPieces(std::span<const std::byte> bytes, std::size_t piece_bytes, std::span<std::uint32_t> crcs) {
  std::size_t piece = 0;
#if defined(__x86_64__)
  const bool has_lanes = HasInstruction() && piece_bytes % sizeof(std::uint64_t) == 0;
  for (; has_lanes && (piece + kPiecesAtATime) * piece_bytes <= bytes.size(); piece += kPiecesAtATime) {
    Crc32cOfFour(bytes.data() + piece * piece_bytes, piece_bytes, crcs.data() + piece);
  }
#endif
  for (; piece < crcs.size(); ++piece) {
    const std::size_t begin = piece * piece_bytes;
    crcs[piece] = Crc32c(bytes.subspan(begin, std::min(piece_bytes, bytes.size() - begin)));
  }
}

}  // namespace stepwell
