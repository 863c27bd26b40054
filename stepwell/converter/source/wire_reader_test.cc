#include "stepwell/converter/source/wire_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/source/table_test_support.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

WireReader Reader(std::string_view text) { return WireReader(SharedBytes::CopyOf(std::as_bytes(std::span(text)))); }

std::string WalkMessage(std::string_view text) {
  return MessageOf([&] {
    for (WireReader message = Reader(text); message.Next();) continue;
  });
}

// The examples of protobuf's own description of the encoding.
TEST(WireReader, ReadsThePublishedExamples) {
  WireReader number = Reader("\x08\x96\x01");
  ASSERT_TRUE(number.Next());
  EXPECT_EQ(number.field(), 1U);
  EXPECT_EQ(number.Int(), 150);
  EXPECT_FALSE(number.Next());
  WireReader text = Reader("\x12\x07testing");
  ASSERT_TRUE(text.Next());
  EXPECT_EQ(text.field(), 2U);
  EXPECT_EQ(text.String(), "testing");
  WireReader outer = Reader("\x1a\x03\x08\x96\x01");
  ASSERT_TRUE(outer.Next());
  WireReader inner = outer.Message();
  ASSERT_TRUE(inner.Next());
  EXPECT_EQ(inner.Int(), 150);
  WireReader packed = Reader("\x32\x06\x03\x8e\x02\x9e\xa7\x05");
  ASSERT_TRUE(packed.Next());
  std::vector<std::uint64_t> values;
  packed.AppendVarints(values);
  EXPECT_THAT(values, ElementsAre(3U, 270U, 86942U));
}

TEST(WireReader, ReadsNegativeAndFixedNumbers) {
  WireReader message = Reader(VarintField(1, -2) + std::string("\x15\x00\x00\x20\xc1", 5) +
                              std::string("\x19\x00\x00\x00\x00\x00\x00\xf8\x3f", 9));
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Int(), -2);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Float(), -10.0F);
  ASSERT_TRUE(message.Next());
  EXPECT_EQ(message.Double(), 1.5);
}

TEST(WireReader, SaysWhereAMessageIsWrong) {
  EXPECT_EQ(WalkMessage("\x08\x96"), "not a valid protobuf message: a number does not end (byte 2, field 1)");
  EXPECT_THAT(WalkMessage("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), HasSubstr("a number does not end"));
  EXPECT_THAT(WalkMessage("\x12\x07test"), HasSubstr("7 bytes are announced, 4 are left"));
  EXPECT_THAT(WalkMessage("\x15\x01\x02"), HasSubstr("ends inside a value"));
  EXPECT_THAT(WalkMessage("\x0b"), HasSubstr("wire type 3 is not used"));
  EXPECT_THAT(WalkMessage(std::string_view("\x00\x01", 2)), HasSubstr("0 is no field number"));
  WireReader message = Reader("\x08\x01");
  message.Next();
  EXPECT_THAT(MessageOf([&] { message.String(); }), HasSubstr("bytes or a message expected, an integer found"));
  EXPECT_THAT(MessageOf([&] { message.Payload(); }), HasSubstr("fixed bytes expected, an integer found"));
}

TEST(WireReader, BoundsTheNesting) {
  std::string nested;
  for (int depth = 0; depth < 200; ++depth) nested = BytesField(1, nested);
  EXPECT_THAT(MessageOf([&] {
                WireReader message = Reader(nested);
                while (message.Next()) message = message.Message();
              }),
              HasSubstr("nested deeper than 100"));
}

}  // namespace
}  // namespace stepwell::converter
