#include "stepwell/base/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "stepwell/base/error.h"
#include "tests/support/message_of.h"
#include "tests/support/mutate.h"

namespace stepwell {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SharedBytes BytesOfText(std::string_view text) { return SharedBytes::CopyOf(std::as_bytes(std::span(text))); }

// A version 1 file with that header and those elements.
SharedBytes File(std::string header, std::string_view elements, char version = 1) {
  header += '\n';
  std::string text = "\x93NUMPY";
  text += {version, '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  if (version > 1) text += std::string(2, '\0');
  return BytesOfText(text + header + std::string(elements));
}

std::string MessageOf(const SharedBytes& file) {
  return stepwell::MessageOf([&] { ParseNpy(file, "x.npy"); });
}

// np.save of np.arange(6, dtype='>i2').reshape(2, 3, order='F') and the like, as NumPy 1.26 writes them.
TEST(Npy, ReadsBigEndianInFortranOrder) {
  const std::string_view elements("\0\0\0\1\0\2\0\3\0\4\0\5", 12);
  const Tensor tensor =
      ParseNpy(File("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", elements, 1), "x.npy");
  EXPECT_EQ(tensor.type(), (TensorType{DType::kI16, {2, 3}}));
  EXPECT_THAT(tensor.as<std::int16_t>(), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(Npy, ReadsVersionTwoAndScalarsAndBooleans) {
  const Tensor scalar = ParseNpy(File("{'descr': '|b1', 'fortran_order': False, 'shape': ()}", "\x07", 2), "x.npy");
  EXPECT_EQ(scalar.type(), (TensorType{DType::kBool, {}}));
  EXPECT_THAT(scalar.as<std::uint8_t>(), ElementsAre(1));
  const Tensor empty = ParseNpy(File("{'shape': (0L, 4L), 'descr': '<f8', 'fortran_order': False}", "", 3), "x.npy");
  EXPECT_EQ(empty.type(), (TensorType{DType::kF64, {0, 4}}));
}

TEST(Npy, ReadsWhatNumpyRecorded) {
  const Tensor lengths =
      ReadNpy(STEPWELL_SOURCE_DIR "/models/deepspeech/recorded/0.3.0-64-b3/chunk1/input_lengths.npy");
  EXPECT_EQ(lengths.type().dtype, DType::kI32);
  EXPECT_EQ(lengths.type().shape, Shape{3});
  const Tensor input = ReadNpy(STEPWELL_SOURCE_DIR "/models/deepspeech/recorded/0.8.2-64/chunk0/input_node.npy");
  EXPECT_EQ(input.type(), (TensorType{DType::kF32, {1, 16, 19, 26}}));
}

TEST(Npy, WritesTheSameBytesAsNumpy) {
  for (const char* name : {"0.8.2-64/chunk0/input_node.npy", "0.8.2-64/chunk0/input_lengths.npy",
                           "stream-0.9.3-64-arctic/pcm_int16.npy", "stream-0.9.3-64-arctic/mfccs.npy"}) {
    const auto path = std::filesystem::path(STEPWELL_SOURCE_DIR "/models/deepspeech/recorded") / name;
    const auto copy = std::filesystem::path(::testing::TempDir()) / "stepwell_npy_copy.npy";
    WriteNpy(copy, ReadNpy(path).view());
    const SharedBytes written = MapFile(copy);
    const SharedBytes original = MapFile(path);
    EXPECT_TRUE(std::ranges::equal(written.span(), original.span())) << name;
    std::filesystem::remove(copy);
  }
}

TEST(Npy, SaysWhatIsWrongWithAHeader) {
  EXPECT_THAT(MessageOf(BytesOfText("hello, world")), HasSubstr("does not begin as a .npy file does"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "12345678")),
              HasSubstr("f32[3] takes 12 bytes, but 8 follow the header\n  while reading 'x.npy'"));
  EXPECT_THAT(MessageOf(File("{'descr': '<c8', 'fortran_order': False, 'shape': ()}", "12345678")),
              HasSubstr("of type '<c8'"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'shape': ()}", "1234")), HasSubstr("must say"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "1234")), HasSubstr("neither True"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "")),
              HasSubstr("dimension '-1'"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "")),
              HasSubstr("overflows"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,)}", "")),
              HasSubstr("but 0 follow"));
  EXPECT_THAT(MessageOf(File("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "1234")),
              HasSubstr("more than 8 dimensions"));
}

TEST(Npy, SurvivesDamagedFiles) {
  for (const char* header : {"{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3, 2), }",
                             "{'descr': '|b1', 'fortran_order': False, 'shape': (96,), }"}) {
    const SharedBytes file = File(header, std::string(96, 'x'), 2);
    ParseNpy(file, "x.npy");
    stepwell::testing::ExpectSurvivesDamage(
        file.span(), [](std::span<const std::byte> bytes) { ParseNpy(SharedBytes::CopyOf(bytes), "x.npy"); });
  }
}

TEST(Npy, RefusesToWriteWhatNumpyCannotHold) {
  const Tensor tensor({DType::kBF16, {2}});
  EXPECT_THROW(WriteNpy(::testing::TempDir() + "/never.npy", tensor.view()), Error);
  EXPECT_FALSE(std::filesystem::exists(::testing::TempDir() + "/never.npy"));
}

}  // namespace
}  // namespace stepwell
