#include "stepwell/base/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace stepwell {
namespace {

std::string DigestOf(std::span<const std::byte> bytes) {
  Digest digest;
  digest.Add(bytes);
  return digest.Hexadecimal();
}

TEST(Digest, DiffersWhereAnyBitDiffers) {
  std::vector<std::byte> bytes(77, std::byte{0x5A});
  std::set<std::string> digests{DigestOf(bytes)};
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] ^= std::byte{1} << bit;
      EXPECT_TRUE(digests.insert(DigestOf(bytes)).second) << at << " " << bit;
      bytes[at] ^= std::byte{1} << bit;
    }
  }
}

TEST(Digest, DiffersWhereZerosAreMoreOrFewer) {
  std::set<std::string> digests;
  for (std::size_t size = 0; size < 40; ++size)
    EXPECT_TRUE(digests.insert(DigestOf(std::vector<std::byte>(size))).second);
}

TEST(Digest, DiffersWhereTheSamePiecesComeInAnotherOrder) {
  Digest ab, ba;
  ab.Add("a"), ab.Add("b");
  ba.Add("b"), ba.Add("a");
  EXPECT_NE(ab.value(), ba.value());
}

}  // namespace
}  // namespace stepwell
