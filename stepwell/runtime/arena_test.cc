#include "stepwell/runtime/arena.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace stepwell::runtime {
namespace {

using testing::ElementsAre;

TEST(PlanArena, NeedsNothingForNoBlocks) { EXPECT_EQ(PlanArena({}).bytes, 0U); }

TEST(PlanArena, GivesOnePlaceToBlocksThatNeverMeet) {
  const std::vector<Lifetime> chain = {{0, 1, 100}, {2, 3, 128}, {4, 5, 1}};
  const ArenaLayout layout = PlanArena(chain);
  EXPECT_THAT(layout.offsets, ElementsAre(0U, 0U, 0U));
  EXPECT_EQ(layout.bytes, 128U);
}

TEST(PlanArena, PutsABlockIntoTheTightestGap) {
  // Two blocks that end early leave gaps of 1024 and 256 bytes below long-lived ones.
  const std::vector<Lifetime> lifetimes = {{0, 0, 1024}, {0, 9, 512}, {0, 0, 256}, {0, 9, 64}, {5, 6, 50}};
  const ArenaLayout layout = PlanArena(lifetimes);
  EXPECT_THAT(layout.offsets, ElementsAre(0U, 1024U, 1536U, 1792U, 1536U));
  EXPECT_EQ(layout.bytes, 1856U);
}

TEST(PlanArena, NeverLetsContemporariesOverlap) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> lifetimes;
    for (int i = 0; i < 40; ++i) {
      const std::size_t first = random() % 30;
      lifetimes.push_back({first, first + random() % 6, random() % 1000});
    }
    const ArenaLayout layout = PlanArena(lifetimes);
    for (std::size_t a = 0; a < lifetimes.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % 64, 0U);
      EXPECT_LE(layout.offsets[a] + lifetimes[a].bytes, layout.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool meet = lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
        const bool apart = layout.offsets[a] + lifetimes[a].bytes <= layout.offsets[b] ||
                           layout.offsets[b] + lifetimes[b].bytes <= layout.offsets[a];
        if (lifetimes[a].bytes > 0 && lifetimes[b].bytes > 0) {
          EXPECT_TRUE(!meet || apart) << "round " << round;
        }
      }
    }
  }
}

}  // namespace
}  // namespace stepwell::runtime
