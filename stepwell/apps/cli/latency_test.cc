#include "stepwell/apps/cli/latency.h"

#include <gtest/gtest.h>

#include <numeric>

#include "stepwell/base/error.h"

namespace stepwell::cli {
namespace {

TEST(LatencySummary, TakesPercentilesByNearestRank) {
  std::vector<double> milliseconds(200);
  std::iota(milliseconds.rbegin(), milliseconds.rend(), 1.0);
  const LatencySummary summary = LatencySummary::Of(milliseconds);
  EXPECT_EQ(summary.calls, 200U);
  EXPECT_EQ(summary.p50_ms, 100);
  EXPECT_EQ(summary.p90_ms, 180);
  EXPECT_EQ(summary.p99_ms, 198);
  EXPECT_EQ(summary.p99_9_ms, 200);
  EXPECT_EQ(summary.max_ms, 200);
  EXPECT_EQ(summary.mean_ms, 100.5);
}

TEST(LatencySummary, OfOneCallIsThatCall) {
  const LatencySummary summary = LatencySummary::Of({7});
  EXPECT_EQ(summary.p50_ms, 7);
  EXPECT_EQ(summary.p99_ms, 7);
}

TEST(LatencySummary, OfNoCallIsAnError) { EXPECT_THROW(LatencySummary::Of({}), Error); }

}  // namespace
}  // namespace stepwell::cli
