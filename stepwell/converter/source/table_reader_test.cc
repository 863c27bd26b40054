#include "stepwell/converter/source/table_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/source/table_test_support.h"

namespace stepwell::converter {
namespace {

using ::testing::HasSubstr;

SharedBytes BytesOfText(std::string_view text) { return SharedBytes::CopyOf(std::as_bytes(std::span(text))); }
std::string TextOf(const SharedBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Table Read(const std::string& file, Checksums checksums = Checksums::kVerify) {
  return Table(BytesOfText(file), checksums);
}
std::string ReadMessage(const std::string& file) {
  return MessageOf([&] { Read(file); });
}

TEST(Table, FindsEntries) {
  const Table table = Read(TableWriter::TableOf({{"", "head"}, {"a", "1"}, {"b", ""}}));
  ASSERT_EQ(table.entries().size(), 3U);
  EXPECT_EQ(TextOf(table.Read(*table.FindEntry(""))), "head");
  EXPECT_EQ(TextOf(table.Read(*table.FindEntry("a"))), "1");
  EXPECT_EQ(table.FindEntry("b")->value.size(), 0U);
  EXPECT_EQ(table.FindEntry("c"), nullptr);
}

TEST(Table, ExpandsCompressedBlocks) {
  const std::string block = TableWriter::Block({{"a", std::string(1000, 'x')}, {"b", "y"}});
  std::string compressed;
  snappy::Compress(block.data(), block.size(), &compressed);
  TableWriter writer;
  writer.AddBlock(compressed, 1);
  writer.AddBlock(TableWriter::Block({{"c", "z"}}));
  const Table table = Read(writer.Finish());
  EXPECT_EQ(TextOf(table.Read(*table.FindEntry("a"))), std::string(1000, 'x'));
  EXPECT_EQ(TextOf(table.Read(*table.FindEntry("b"))), "y");
  EXPECT_EQ(TextOf(table.Read(*table.FindEntry("c"))), "z");
}

TEST(Table, RefusesCompressionBombs) {
  TableWriter claim;
  claim.AddBlock(TableWriter::Varint(1U << 31) + "abc", 1);  // 2 GiB from 8 bytes
  EXPECT_THAT(ReadMessage(claim.Finish()), HasSubstr("announces an impossible size"));
  TableWriter broken;
  broken.AddBlock(TableWriter::Varint(40) + "\x01\x02", 1);
  EXPECT_THAT(ReadMessage(broken.Finish()), HasSubstr("cannot be expanded"));
  TableWriter unknown;
  unknown.AddBlock("abcd", 7);
  EXPECT_THAT(ReadMessage(unknown.Finish()), HasSubstr("compressed in the unknown way 7"));
}

TEST(Table, RefusesBlocksThatOverlapOrLieOutside) {
  const auto message_for = [](std::uint64_t offset, std::uint64_t size) {
    TableWriter writer;
    writer.AddBlock(TableWriter::Block({{"a", "1"}}));
    writer.AddPlace(offset, size);
    return ReadMessage(writer.Finish());
  };
  EXPECT_THAT(message_for(0, 9), HasSubstr("the blocks of the table overlap"));
  EXPECT_THAT(message_for(14, 9), HasSubstr("does not lie before byte 14"));
  EXPECT_THAT(message_for(14, ~std::uint64_t{0}), HasSubstr("does not lie before byte 14"));
  EXPECT_THAT(message_for(~std::uint64_t{0}, 2), HasSubstr("does not lie before byte 14"));
}

TEST(Table, RefusesKeysOutOfOrderAndEntriesThatRunOut) {
  EXPECT_THAT(ReadMessage(TableWriter::TableOf({{"b", "1"}, {"a", "2"}})), HasSubstr("out of order"));
  EXPECT_THAT(ReadMessage(TableWriter::TableOf({{"a", "1"}, {"a", "2"}})), HasSubstr("out of order"));
  const auto message_of_block = [](const std::string& contents) {
    TableWriter writer;
    writer.AddBlock(contents);
    return ReadMessage(writer.Finish());
  };
  EXPECT_THAT(message_of_block("ab"), HasSubstr("too short"));
  EXPECT_THAT(message_of_block(std::string("\x02\0\0\0", 4)), HasSubstr("announces more than it holds"));
  EXPECT_THAT(message_of_block(std::string("\x01\x01\x01", 3) + "av" + std::string(4, '\0')),
              HasSubstr("runs out of its block"));
  EXPECT_THAT(message_of_block(std::string("\x00\x01\x05", 3) + "av" + std::string(4, '\0')),
              HasSubstr("runs out of its block"));
}

TEST(Table, ChecksTheIndexWhenOpenedAndABlockWhenRead) {
  std::string file = TableWriter::TableOf({{"a", "value"}});
  file[file.find("value")] = 'V';
  const Table table = Read(file);
  EXPECT_THAT(MessageOf([&] { table.Read(table.entries()[0]); }), HasSubstr("a block of the table is damaged"));
  const Table unchecked = Read(file, Checksums::kSkip);
  EXPECT_EQ(TextOf(unchecked.Read(unchecked.entries()[0])), "Value");
  file[file.find("key0")] = 'K';
  EXPECT_THAT(ReadMessage(file), HasSubstr("a block of the table is damaged"));
}

TEST(Table, SaysThatAFileIsCutShort) {
  const std::string file = TableWriter::TableOf({{"a", "1"}});
  EXPECT_THAT(ReadMessage(file.substr(0, file.size() - 1)), HasSubstr("another kind of file, or cut short"));
  EXPECT_THAT(ReadMessage(""), HasSubstr("another kind of file, or cut short"));
}

}  // namespace
}  // namespace stepwell::converter
