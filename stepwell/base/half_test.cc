#include "stepwell/base/half.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

namespace stepwell {
namespace {

TEST(Half, EveryHalfSurvivesTheWayToFloatAndBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = HalfToFloat(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(HalfToFloat(FloatToHalf(value)))) << bits;
    } else {
      ASSERT_EQ(FloatToHalf(value), half) << bits;
    }
  }
}

// Recorded from NumPy: numpy.float32(x).astype(numpy.float16).
TEST(Half, RoundsAsNumPyDoes) {
  struct Pair {
    float value;
    std::uint16_t half;
  };
  constexpr std::array kPairs = {
      Pair{1.0F, 0x3C00},
      Pair{-2.5F, 0xC100},
      Pair{65504.0F, 0x7BFF},
      Pair{65519.98828125F, 0x7BFF},
      Pair{65520.0F, 0x7C00},
      Pair{1e9F, 0x7C00},
      Pair{0.3333333432674408F, 0x3555},
      Pair{3.1415927410125732F, 0x4248},
      Pair{6.103515625e-05F, 0x0400},
      Pair{6.0999998822808266e-05F, 0x03FF},
      Pair{5.960464477539063e-08F, 0x0001},
      Pair{2.9802322387695312e-08F, 0x0000},
      Pair{2.980232594040899e-08F, 0x0001},
      Pair{8.940696716308594e-08F, 0x0002},
      Pair{1.00048828125F, 0x3C00},
      Pair{1.00146484375F, 0x3C02},
      Pair{-0.0F, 0x8000},
      Pair{0.10000000149011612F, 0x2E66},
      Pair{2049.0F, 0x6800},
      Pair{2051.0F, 0x6802},
  };
  for (const Pair& pair : kPairs) EXPECT_EQ(FloatToHalf(pair.value), pair.half) << pair.value;
}

// Values of numpy.float32(x) viewed through ml_dtypes.bfloat16.
TEST(BFloat16, RoundsToTheNearestEven) {
  EXPECT_EQ(FloatToBFloat16(1.0F), 0x3F80);
  EXPECT_EQ(FloatToBFloat16(1.00390625F), 0x3F80);  // half way between two: the even one
  EXPECT_EQ(FloatToBFloat16(1.01171875F), 0x3F82);
  EXPECT_EQ(FloatToBFloat16(-3.14159274F), 0xC049);
  EXPECT_EQ(FloatToBFloat16(std::numeric_limits<float>::max()), 0x7F80);
  EXPECT_TRUE(std::isnan(BFloat16ToFloat(FloatToBFloat16(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(BFloat16, EveryValueSurvivesTheWayToFloatAndBack) {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    const float value = BFloat16ToFloat(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    ASSERT_EQ(FloatToBFloat16(value), bits);
  }
}

}  // namespace
}  // namespace stepwell
