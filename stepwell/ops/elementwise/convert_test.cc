#include "stepwell/ops/elementwise/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "stepwell/ops/elementwise/select.h"
#include "tests/support/message_of.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::elementwise {
namespace {

using ::testing::ElementsAre;
using testing::InferredType;
using ::testing::Optional;
using testing::RunOnConstants;

template <class From>
Tensor Converted(DType destination, std::vector<From> values) {
  const std::array x = {Tensor::Of<From>({static_cast<Dim>(values.size())}, std::span<const From>(values))};
  return RunOnConstants(Convert(destination), x, KernelSet::kFast);
}

TEST(Convert, SaturatesFloatsThatDoNotFitAnInteger) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto x = {1e10F, -1e10F, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(), 2147483648.0F, -1.9F};
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max(), kLeast = -kMost - 1;
  EXPECT_THAT(Converted<float>(DType::kI32, x).as<std::int32_t>(),
              ElementsAre(kMost, kLeast, kMost, kLeast, 0, kMost, -1));
  EXPECT_THAT(Converted<float>(DType::kU8, {300.0F, -1.0F, 254.9F}).as<std::uint8_t>(), ElementsAre(255, 0, 254));
}

// Bits of numpy.float16 and of bfloat16.
TEST(Convert, ReadsAndWritesNarrowFloats) {
  EXPECT_THAT(Converted<float>(DType::kF16, {1.0F, -2.5F, 65504.0F}).as<std::uint16_t>(),
              ElementsAre(0x3C00, 0xC100, 0x7BFF));
  EXPECT_THAT(Converted<std::int32_t>(DType::kBF16, {1, -3}).as<std::uint16_t>(), ElementsAre(0x3F80, 0xC040));
  Tensor half({DType::kF16, {2}});
  half.as<std::uint16_t>()[0] = 0x3555;
  half.as<std::uint16_t>()[1] = 0xC100;
  EXPECT_THAT(RunOnConstants(Convert(DType::kF32), std::array{half.Clone()}, KernelSet::kFast).as<float>(),
              ElementsAre(0.33325195F, -2.5F));
}

TEST(Convert, TakesAnyByteButZeroForTrue) {
  Tensor bytes({DType::kBool, {3}});
  bytes.as<std::uint8_t>()[1] = 1;
  bytes.as<std::uint8_t>()[2] = 77;
  EXPECT_THAT(RunOnConstants(Convert(DType::kF32), std::array{bytes.Clone()}, KernelSet::kFast).as<float>(),
              ElementsAre(0, 1, 1));
  EXPECT_THAT(Converted<float>(DType::kBool, {0.0F, -0.0F, 0.1F}).as<std::uint8_t>(), ElementsAre(0, 0, 1));
}

TEST(Convert, ReadsTwoElementsOfFourBitsFromAByte) {
  for (const DType dtype : {DType::kI4, DType::kU4}) {
    Tensor nibbles({dtype, {3}});
    nibbles.view().bytes()[0] = std::byte{0x8F};
    nibbles.view().bytes()[1] = std::byte{0x07};
    const Tensor floats = RunOnConstants(Convert(DType::kF32), std::array{nibbles.Clone()}, KernelSet::kFast);
    if (dtype == DType::kI4) {
      EXPECT_THAT(floats.as<float>(), ElementsAre(-1, -8, 7));
    } else {
      EXPECT_THAT(floats.as<float>(), ElementsAre(15, 8, 7));
    }
  }
}

TEST(Convert, DoesNotWriteElementsSmallerThanAByte) {
  EXPECT_EQ(MessageOf([] {
              InferredType(Convert(DType::kI4), std::array{TensorType{DType::kF32, {2}}});
            }),
            "Convert from f32 to i4 is not supported: 4-bit elements");
}

TEST(Convert, CarriesWhatIsKnownOfShapes) {
  const ir::PartialInts known = {300, std::nullopt};
  const std::array facts = {ir::InferContext::InputFacts{{DType::kI64, {2}}, nullptr, &known}};
  EXPECT_THAT(Convert(DType::kI32).InferInts(ir::InferContext(facts)),
              Optional(ElementsAre(Optional(300), std::optional<std::int64_t>())));
  EXPECT_THAT(Convert(DType::kI8).InferInts(ir::InferContext(facts)),
              Optional(ElementsAre(Optional(44), std::optional<std::int64_t>())));
  EXPECT_EQ(Convert(DType::kF32).InferInts(ir::InferContext(facts)), std::nullopt);
}

TEST(Select, ChoosesAmongElementsOfAnyWidth) {
  const Tensor condition = Tensor::Of<bool>({2}, std::array{true, false});
  const std::array longs = {condition.Clone(), Tensor::Of<std::int64_t>({2}, std::array<std::int64_t, 2>{1, 2}),
                            Tensor::Of<std::int64_t>({}, std::array<std::int64_t, 1>{9})};
  EXPECT_THAT(RunOnConstants(Select(), longs, KernelSet::kFast).as<std::int64_t>(), ElementsAre(1, 9));
  const std::array bytes = {condition.Clone(), Tensor::Of<std::uint8_t>({1}, std::array<std::uint8_t, 1>{1}),
                            Tensor::Of<std::uint8_t>({2}, std::array<std::uint8_t, 2>{7, 8})};
  EXPECT_THAT(RunOnConstants(Select(), bytes, KernelSet::kFast).as<std::uint8_t>(), ElementsAre(1, 8));
}

TEST(SelectInfer, RefusesInputsThatDoNotFit) {
  const auto message = [](DType condition, DType a, DType b) {
    return MessageOf([&] {
      InferredType(Select(), std::array{TensorType{condition, {2}}, TensorType{a, {2}}, TensorType{b, {2}}});
    });
  };
  EXPECT_EQ(message(DType::kI32, DType::kF32, DType::kF32), "the condition of Select must be boolean; found i32[2]");
  EXPECT_EQ(message(DType::kBool, DType::kF32, DType::kI32),
            "the values of Select must have one type; found f32[2] and i32[2]");
}

}  // namespace
}  // namespace stepwell::ops::elementwise
