#include "stepwell/base/byte_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "stepwell/base/error.h"
#include "tests/support/message_of.h"

namespace stepwell {
namespace {

enum class Colour : std::uint16_t { kRed = 3, kBlue = 700 };

TEST(ByteStream, GivesBackWhatWasWritten) {
  ByteWriter inner;
  inner.Write<std::int8_t>(-7);
  ByteWriter writer;
  writer.Write<std::uint64_t>(std::numeric_limits<std::uint64_t>::max());
  writer.Write(-0.0f);
  writer.Write(Colour::kBlue);
  writer.WriteText("two words");
  writer.WriteArray<double>(std::array{1.5, -2.25});
  writer.WriteArray<std::int16_t>({});
  writer.WriteBlock(inner.bytes());

  ByteReader reader(writer.bytes(), "stream");
  EXPECT_EQ(reader.Read<std::uint64_t>(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(std::signbit(reader.Read<float>()));
  EXPECT_EQ(reader.Read<Colour>(), Colour::kBlue);
  EXPECT_EQ(reader.ReadText(), "two words");
  EXPECT_EQ(reader.ReadArray<double>(), (std::vector<double>{1.5, -2.25}));
  EXPECT_TRUE(reader.ReadArray<std::int16_t>().empty());
  ByteReader block = reader.ReadBlock("beam");
  EXPECT_EQ(block.Read<std::int8_t>(), -7);
  block.ExpectEnd();
  reader.ExpectEnd();
}

TEST(ByteStream, StoresNumbersLittleEndian) {
  ByteWriter writer;
  writer.Write<std::uint32_t>(0x04030201);
  const std::vector<std::byte> bytes = writer.Take();
  EXPECT_EQ(bytes, (std::vector<std::byte>{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}));
}

TEST(ByteStream, RefusesToReadPastTheEnd) {
  ByteWriter writer;
  writer.Write<std::uint16_t>(1);
  ByteReader reader(writer.bytes(), "snapshot 'a.snap'");
  EXPECT_EQ(MessageOf([&] { reader.Read<std::uint32_t>(); }),
            "snapshot 'a.snap' ends too early: 4 bytes expected at byte 0, 2 are left");
}

TEST(ByteStream, RefusesAnArrayLongerThanWhatIsLeft) {
  ByteWriter writer;
  writer.Write<std::uint64_t>(std::numeric_limits<std::uint64_t>::max() / 4 + 2);
  writer.Write<std::uint32_t>(0);
  ByteReader reader(writer.bytes(), "s");
  EXPECT_EQ(
      MessageOf([&] { reader.ReadArray<std::uint32_t>(); }),
      "s ends too early: an array of 4611686018427387905 elements of 4 bytes announced before byte 8, 4 bytes are "
      "left");
}

TEST(ByteStream, RefusesBytesThatNobodyRead) {
  ByteWriter writer;
  writer.WriteText("abc");
  ByteReader reader(writer.bytes(), "s");
  EXPECT_EQ(MessageOf([&] { reader.ExpectEnd(); }), "s has 11 bytes more than expected after byte 0");
  EXPECT_EQ(MessageOf([&] { reader.Require(false, "beam width 0"); }), "s: beam width 0");
}

}  // namespace
}  // namespace stepwell
