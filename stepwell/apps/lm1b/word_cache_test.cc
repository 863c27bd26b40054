#include "stepwell/apps/lm1b/word_cache.h"

#include <gtest/gtest.h>

namespace stepwell::apps {
namespace {

WordCache::Value ValueOf(std::size_t bytes) { return std::make_shared<const AlignedBuffer>(bytes); }

TEST(WordCache, GivesWhatWasAddedLast) {
  WordCache cache(1 << 20);
  EXPECT_EQ(cache.Find({1, 2}), nullptr);
  const auto first = ValueOf(64), second = ValueOf(64), other = ValueOf(64);
  cache.Add({1, 2}, first);
  cache.Add({1, 3}, other);
  EXPECT_EQ(cache.Find({1, 2}), first);
  cache.Add({1, 2}, second);
  EXPECT_EQ(cache.Find({1, 2}), second);
  EXPECT_EQ(cache.Find({1, 3}), other);
  EXPECT_EQ(cache.size(), 2u);
}

TEST(WordCache, ForgetsWhatWasNotAskedForTheLongest) {
  WordCache cache(10 * 1024);
  for (std::int32_t word = 0; word < 8; ++word) cache.Add({word}, ValueOf(1024));
  EXPECT_EQ(cache.size(), 8u);
  EXPECT_NE(cache.Find({0}), nullptr);
  for (std::int32_t word = 8; word < 12; ++word) cache.Add({word}, ValueOf(1024));
  EXPECT_LT(cache.size(), 10u);
  EXPECT_NE(cache.Find({0}), nullptr);
  EXPECT_EQ(cache.Find({1}), nullptr);
  EXPECT_NE(cache.Find({11}), nullptr);
}

TEST(WordCache, KeepsNothingThatIsTooLargeForIt) {
  WordCache cache(100);
  cache.Add({1}, ValueOf(1024));
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.Find({1}), nullptr);
}

}  // namespace
}  // namespace stepwell::apps
