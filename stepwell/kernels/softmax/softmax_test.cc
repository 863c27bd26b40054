#include "stepwell/kernels/softmax/softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

const std::int64_t kSizes[] = {1, 2, 3, 5, 15, 16, 17, 29, 63, 64, 65, 494, 1023, 1025, 4097, 20000, 70001};

std::vector<float> SoftmaxOf(std::span<const float> x, std::int64_t n, WorkerTeam& team) {
  std::vector<float> out(x.size());
  Softmax(x, n, out, team);
  return out;
}

std::vector<float> LogSoftmaxOf(std::span<const float> x, std::int64_t n, WorkerTeam& team) {
  std::vector<float> out(x.size());
  LogSoftmax(x, n, out, team);
  return out;
}

// The logarithms of the probabilities of one row.
std::vector<double> Truth(std::span<const float> row) {
  const double largest = double{*std::ranges::max_element(row)};
  double sum = 0;
  for (const float value : row) sum += std::exp(double{value} - largest);
  std::vector<double> logs;
  for (const float value : row) logs.push_back(double{value} - largest - std::log(sum));
  return logs;
}

class SoftmaxTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(SoftmaxTest, AgreesWithItsDefinitionInDouble) {
  for (const std::int64_t n : kSizes) {
    const auto x = RandomFloats(2 * n, 1, 10);
    const auto plain = SoftmaxOf(x, n, two_);
    const auto logs = LogSoftmaxOf(x, n, two_);
    for (std::int64_t row = 0; row < 2; ++row) {
      const auto truth = Truth(std::span(x).subspan(AsSize(row * n), AsSize(n)));
      for (std::int64_t at = 0; at < n; ++at) {
        // exp's argument is rounded once, to half an ULP of at most 20: 1e-6; everything else is smaller.
        const double p = std::exp(truth[AsSize(at)]);
        ASSERT_NEAR(plain[AsSize(row * n + at)], p, 1.5e-6 * p) << n;
        ASSERT_NEAR(logs[AsSize(row * n + at)], truth[AsSize(at)], 3e-6) << n;
      }
    }
  }
}

TEST_P(SoftmaxTest, GivesARowTheSameBitsAloneAndOnAnyNumberOfThreads) {
  for (const std::int64_t n : kSizes) {
    const auto x = RandomFloats(3 * n, 2, 10);
    const auto last = std::span(x).subspan(AsSize(2 * n));
    EXPECT_TRUE(
        SameBits(std::span<const float>(SoftmaxOf(x, n, two_)).subspan(AsSize(2 * n)), SoftmaxOf(last, n, one_)));
    EXPECT_TRUE(
        SameBits(std::span<const float>(LogSoftmaxOf(x, n, two_)).subspan(AsSize(2 * n)), LogSoftmaxOf(last, n, one_)));
  }
}

TEST_P(SoftmaxTest, WorksInPlace) {
  for (const std::int64_t n : {5, 20000}) {
    const auto x = RandomFloats(2 * n, 3, 10);
    auto plain = x;
    Softmax(plain, n, plain, two_);
    EXPECT_TRUE(SameBits(plain, SoftmaxOf(x, n, two_)));
    auto logs = x;
    LogSoftmax(logs, n, logs, two_);
    EXPECT_TRUE(SameBits(logs, LogSoftmaxOf(x, n, two_)));
  }
}

TEST_P(SoftmaxTest, TakesLargeAndInfiniteValues) {
  EXPECT_EQ(SoftmaxOf(std::vector<float>{1e30F, 0, -1e30F}, 3, one_), (std::vector<float>{1, 0, 0}));
  EXPECT_EQ(SoftmaxOf(std::vector<float>{7, -kInfinity, 7}, 3, one_), (std::vector<float>{0.5F, 0, 0.5F}));
}

TEST_P(SoftmaxTest, KeepsNanInItsRow) {
  for (const std::int64_t n : {3, 40, 20000}) {
    auto x = RandomFloats(3 * n, 4);
    const auto clean = SoftmaxOf(x, n, two_);
    x[AsSize(n + n / 2)] = kNan;
    const auto spoiled = SoftmaxOf(x, n, two_);
    for (std::int64_t at = 0; at < 3 * n; ++at) {
      ASSERT_EQ(std::isnan(spoiled[AsSize(at)]), at / n == 1) << "of " << n << " at " << at;
      if (at / n != 1) {
        ASSERT_EQ(spoiled[AsSize(at)], clean[AsSize(at)]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SoftmaxTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(Softmax, OfNothingIsNothing) { EXPECT_NO_THROW(Softmax({}, 0, {})); }

}  // namespace
}  // namespace stepwell::kernels
