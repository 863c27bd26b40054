#include "stepwell/state/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "stepwell/base/crc32c.h"
#include "tests/support/message_of.h"
#include "tests/support/mutate.h"
#include "tests/support/small_stream.h"

namespace stepwell::state {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes SnapshotOfAStream() {
  testing::SmallRunner runner;
  Stream stream = runner.Open();
  runner.Run(stream, 0, 3);
  return stream.Save();
}

void FitChecksum(Bytes& bytes) {
  const std::size_t checked = bytes.size() - sizeof(std::uint32_t);
  const std::uint32_t crc = Crc32c(std::span<const std::byte>(bytes).first(checked));
  std::memcpy(bytes.data() + checked, &crc, sizeof(crc));
}

TEST(Snapshot, ReadsWhatWasWritten) {
  const std::vector<float> values = {1, 2, 3};
  const Bytes part = {std::byte{1}, std::byte{2}};
  Snapshot written{0x0123456789abcdef, "a model", 42, {}, "app 1", part};
  written.states.push_back({"s", {DType::kF32, {1, 3}}, std::as_bytes(std::span(values))});
  written.states.push_back({"empty", {DType::kI64, {0}}, {}});
  const Bytes bytes = WriteSnapshot(written);
  const Snapshot read = ReadSnapshot(bytes);
  EXPECT_EQ(read.model_fingerprint, 0x0123456789abcdefU);
  EXPECT_EQ(read.model_name, "a model");
  EXPECT_EQ(read.call_number, 42U);
  ASSERT_EQ(read.states.size(), 2U);
  EXPECT_EQ(read.states[0].name, "s");
  EXPECT_EQ(read.states[0].type, (TensorType{DType::kF32, {1, 3}}));
  EXPECT_EQ(std::memcmp(read.states[0].bytes.data(), values.data(), 12), 0);
  EXPECT_EQ(read.states[1].type, (TensorType{DType::kI64, {0}}));
  EXPECT_EQ(read.part_kind, "app 1");
  EXPECT_EQ(Bytes(read.part.begin(), read.part.end()), part);
}

// The bytes of docs/snapshot-format.md, written out by hand.
TEST(Snapshot, HasTheBytesOfItsDescription) {
  Snapshot snapshot{0x1122334455667788, "m", 5, {}, "", {}};
  const std::uint8_t value = 9;
  snapshot.states.push_back({"s", {DType::kU8, {1}}, std::as_bytes(std::span(&value, 1))});
  const std::string expected = std::string("STEPWELL") + std::string("\x01\0\0\0", 4) +   // version
                               std::string("\x75\0\0\0\0\0\0\0", 8) +                     // length: 117
                               "\x88\x77\x66\x55\x44\x33\x22\x11" +                       // fingerprint
                               std::string("\x01\0\0\0\0\0\0\0", 8) + "m" +               // model's name
                               std::string("\x05\0\0\0\0\0\0\0", 8) +                     // calls
                               std::string("\x01\0\0\0\0\0\0\0", 8) +                     // states
                               std::string("\x01\0\0\0\0\0\0\0", 8) + "s" +               // name
                               std::string("\x02\0\0\0\0\0\0\0", 8) + "u8" +              // element type
                               std::string("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0", 16) +  // shape
                               std::string("\x01\0\0\0\0\0\0\0\x09", 9) +                 // elements
                               std::string("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);       // no part
  const Bytes bytes = WriteSnapshot(snapshot);
  ASSERT_EQ(bytes.size(), expected.size() + 4);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), expected.size()), expected);
}

TEST(Snapshot, IsRefusedWhereItIsCut) {
  const Bytes whole = SnapshotOfAStream();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW(ReadSnapshot(cut), Error) << size;
  }
  EXPECT_THAT(MessageOf([&] { ReadSnapshot(std::span(whole).first(100)); }), HasSubstr("the snapshot is cut: 100 of "));
  EXPECT_THAT(MessageOf([&] { ReadSnapshot(std::span(whole).first(9)); }), HasSubstr("is no snapshot of a stream"));
}

TEST(Snapshot, IsRefusedWhereAnyBitDiffers) {
  const Bytes whole = SnapshotOfAStream();
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_THROW(ReadSnapshot(damaged), Error) << bit;
  }
}

TEST(Snapshot, IsRefusedWhereANewerVersionWroteIt) {
  Bytes bytes = SnapshotOfAStream();
  bytes[8] = std::byte{2};
  FitChecksum(bytes);
  EXPECT_THAT(MessageOf([&] { ReadSnapshot(bytes); }), HasSubstr("has version 2, but 1 was expected"));
}

// With a checksum that fits, damage reaches the reader of what is inside.
TEST(Snapshot, ReaderAndStreamSurviveDamageUnderAFittingChecksum) {
  testing::SmallRunner runner;
  Stream stream = runner.Open();
  testing::ExpectSurvivesDamage(SnapshotOfAStream(), [&](std::span<const std::byte> damaged) {
    Bytes bytes(damaged.begin(), damaged.end());
    if (bytes.size() >= 24) {
      const std::uint64_t length = bytes.size();
      std::memcpy(bytes.data() + 12, &length, sizeof(length));
      FitChecksum(bytes);
    }
    stream.Restore(bytes);
  });
}

}  // namespace
}  // namespace stepwell::state
