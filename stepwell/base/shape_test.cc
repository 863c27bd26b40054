#include "stepwell/base/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace stepwell {
namespace {

TEST(Shape, CountsItsElementsAndRefusesToOverflow) {
  EXPECT_EQ(Shape({}).num_elements(), 1);
  EXPECT_EQ(Shape({2, 0, 3}).num_elements(), 0);
  EXPECT_EQ(Shape({2, 16, 3}).num_elements(), 96);
  const Dim huge = std::numeric_limits<Dim>::max() / 2;
  EXPECT_THROW((Shape{huge, 3}.num_elements()), Error);
  EXPECT_THROW((Shape{1, kDynamic}.num_elements()), Error);
}

TEST(Shape, RefusesANinthDimension) { EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), Error); }

TEST(Shape, ShowsDynamicDimensionsAndUnknownRanks) {
  EXPECT_EQ(ToText(Shape{1, kDynamic, 26}), "[1,?,26]");
  EXPECT_EQ(ToText(Shape{}), "[]");
  EXPECT_EQ(ToText(Shape::UnknownRank()), "[...]");
}

TEST(NormalizedAxis, CountsNegativeAxesFromTheEnd) {
  EXPECT_EQ(NormalizedAxis(-1, 3), 2);
  EXPECT_EQ(NormalizedAxis(0, 3), 0);
  EXPECT_THROW(NormalizedAxis(3, 3), Error);
  EXPECT_THROW(NormalizedAxis(-4, 3), Error);
}

struct BroadcastCase {
  Shape a;
  Shape b;
  std::optional<Shape> result;  // as NumPy's broadcast_shapes gives it; none where that raises
};

class BroadcastTest : public testing::TestWithParam<BroadcastCase> {};

TEST_P(BroadcastTest, FollowsNumPyInBothOrders) {
  const auto& [a, b, result] = GetParam();
  if (!result) {
    EXPECT_THROW(BroadcastShapes(a, b), Error);
    return;
  }
  EXPECT_EQ(BroadcastShapes(a, b), *result);
  EXPECT_EQ(BroadcastShapes(b, a), *result);
}

INSTANTIATE_TEST_SUITE_P(Pairs, BroadcastTest,
                         testing::Values(BroadcastCase{{3, 1}, {4}, Shape{3, 4}},
                                         BroadcastCase{{}, {2, 3}, Shape{2, 3}},
                                         BroadcastCase{{16, 1, 1}, {2, 64}, Shape{16, 2, 64}},
                                         BroadcastCase{{2}, {3}, std::nullopt}, BroadcastCase{{0}, {1}, Shape{0}},
                                         BroadcastCase{{0}, {2}, std::nullopt},
                                         BroadcastCase{{kDynamic, 4}, {3, 4}, Shape{3, 4}},
                                         BroadcastCase{{kDynamic}, {1}, Shape{kDynamic}}));

}  // namespace
}  // namespace stepwell
