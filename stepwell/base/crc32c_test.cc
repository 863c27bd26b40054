#include "stepwell/base/crc32c.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace stepwell {
namespace {

std::span<const std::byte> Bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// The test vectors of RFC 3720, appendix B.4, and the usual check value of "123456789".
TEST(Crc32c, GivesThePublishedValues) {
  std::vector<std::byte> ascending(32);
  for (std::size_t i = 0; i < ascending.size(); ++i) ascending[i] = static_cast<std::byte>(i);
  const std::vector<std::byte> descending(ascending.rbegin(), ascending.rend());
  EXPECT_EQ(Crc32c(std::vector<std::byte>(32, std::byte{0x00})), 0x8a9136aaU);
  EXPECT_EQ(Crc32c(std::vector<std::byte>(32, std::byte{0xff})), 0x62a8ab43U);
  EXPECT_EQ(Crc32c(ascending), 0x46dd794eU);
  EXPECT_EQ(Crc32c(descending), 0x113fdb5cU);
  EXPECT_EQ(Crc32c(Bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(Crc32c({}), 0U);
}

TEST(Crc32c, IsTheSameByTableAndInPieces) {
  std::vector<std::byte> bytes(1001);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i >> 3);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    const auto part = std::span(bytes).subspan(begin);
    EXPECT_EQ(Crc32c(part), Crc32cByTable(part));
    EXPECT_EQ(Crc32c(part.subspan(37), Crc32c(part.first(37))), Crc32c(part));
    EXPECT_EQ(Crc32cByTable(part.subspan(37), Crc32cByTable(part.first(37))), Crc32c(part));
  }
}

TEST(Crc32c, IsTheSameOfManyPiecesAtATime) {
  std::vector<std::byte> bytes(1001);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i >> 3);
  for (const std::size_t piece_bytes : {8, 16, 40, 13, 100, 2000}) {
    std::vector<std::uint32_t> crcs((bytes.size() + piece_bytes - 1) / piece_bytes);
    Crc32cOfPieces(bytes, piece_bytes, crcs);
    for (std::size_t piece = 0; piece < crcs.size(); ++piece) {
      const auto rest = std::span(bytes).subspan(piece * piece_bytes);
      EXPECT_EQ(crcs[piece], Crc32c(rest.first(std::min(piece_bytes, rest.size())))) << piece_bytes << " " << piece;
    }
  }
}

}  // namespace
}  // namespace stepwell
