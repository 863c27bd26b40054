#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace stepwell {

// The CRC-32C (Castagnoli, RFC 3720 appendix B.4) of the bytes that gave `crc` followed by `bytes`.
std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t crc = 0);

// The CRC-32C of each piece of `piece_bytes` of the bytes, the last of which may be shorter: several at a time, which
// one alone, an instruction waiting for the one before it, does not do at the speed of memory. `crcs` has as many
// elements as there are pieces.
void Crc32cOfPieces(std::span<const std::byte> bytes, std::size_t piece_bytes, std::span<std::uint32_t> crcs);

// The form in which LevelDB tables and TensorFlow checkpoints store a CRC, so that a CRC over bytes that hold CRCs
// stays a good one: rotated right by 15 bits, plus 0xa282ead8 (leveldb, doc/log_format and util/crc32c).
constexpr std::uint32_t MaskedCrc(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

// The portable way, which Crc32c takes where the processor has no instruction for it.
std::uint32_t Crc32cByTable(std::span<const std::byte> bytes, std::uint32_t crc = 0);

}  // namespace stepwell
