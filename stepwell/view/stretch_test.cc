#include "stepwell/view/stretch.h"

#include <gtest/gtest.h>

#include <random>

namespace stepwell::view {
namespace {

TEST(Stretched, ChangesNothingWithoutGrowth) { EXPECT_EQ(Stretched({5, 90, 40}, {}), (std::vector<int>{5, 90, 40})); }

TEST(Stretched, MovesApartWhatLiesOnBothSidesAndKeepsTheColumnAtTheCentre) {
  // A box from 40 to 60 grows to 100 wide; 50 is another box's centre in its column.
  EXPECT_EQ(Stretched({30, 50, 70}, {{40, 50, 60, 50}}), (std::vector<int>{30, 90, 150}));
}

TEST(Stretched, SharesRoomAmongGrowthsOfOneColumn) {
  EXPECT_EQ(Stretched({0, 200}, {{40, 50, 60, 50}, {45, 50, 55, 50}}), (std::vector<int>{0, 290}));
}

TEST(Stretched, NeverBringsTwoPositionsNearer) {
  std::mt19937 random(2);
  const auto number = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  for (int round = 0; round < 100; ++round) {
    std::vector<int> positions;
    std::vector<Growth> growths;
    for (int i = 0; i < 20; ++i) positions.push_back(number(500));
    for (int i = 0; i < 6; ++i) {
      const int centre = number(500);
      const int half = 1 + number(40);
      growths.push_back({centre - half, centre, centre + half, half + number(200)});
    }
    const std::vector<int> stretched = Stretched(positions, growths);
    for (std::size_t a = 0; a < positions.size(); ++a) {
      for (std::size_t b = 0; b < positions.size(); ++b) {
        if (positions[a] >= positions[b]) {
          ASSERT_GE(stretched[a] - stretched[b], positions[a] - positions[b]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace stepwell::view
