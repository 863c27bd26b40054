#include "stepwell/view/layering.h"

#include <gtest/gtest.h>

#include <random>

namespace stepwell::view {
namespace {

TEST(LayersOf, PutsEveryArcBelowItsSource) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Arc> arcs;
    for (int i = 0; i < 120; ++i) {
      const std::size_t from = random() % 59;
      arcs.push_back({from, from + 1 + random() % (59 - from)});
    }
    const std::vector<int> layers = LayersOf(60, arcs);
    for (const Arc& arc : arcs) ASSERT_LT(layers[arc.from], layers[arc.to]);
  }
}

TEST(LayersOf, PlacesWhatOnlyGivesBesideItsConsumer) {
  // 0 → 1 → 2 → 3, and a weight 4 that only 3 takes.
  EXPECT_EQ(LayersOf(5, {{0, 1}, {1, 2}, {2, 3}, {4, 3}}), (std::vector<int>{0, 1, 2, 3, 2}));
}

TEST(LayersOf, TurnsOneArcOfACycle) {
  const std::vector<int> layers = LayersOf(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
  EXPECT_EQ(layers, (std::vector<int>{0, 1, 2, 3}));
}

TEST(LayersOf, FillsRowsWithVerticesThatHaveNoArcs) {
  const std::vector<int> layers = LayersOf(11, {{0, 1}});
  for (int i = 2; i < 10; ++i) EXPECT_EQ(layers[static_cast<std::size_t>(i)], 2);
  EXPECT_EQ(layers[10], 3);
}

}  // namespace
}  // namespace stepwell::view
