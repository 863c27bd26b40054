#include "stepwell/kernels/normalize/normalize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

const std::int64_t kSizes[] = {1, 2, 3, 5, 15, 16, 17, 29, 64, 65, 768, 1023, 1025, 5000};

using EpsPlace = Normalization::EpsPlace;
using Scale = Normalization::Scale;

std::vector<float> Normalized(std::span<const float> x, std::int64_t n, const Normalization& how, WorkerTeam& team) {
  std::vector<float> out(x.size());
  Normalize(x, n, how, out, team);
  return out;
}

std::vector<double> Truth(std::span<const float> row, const Normalization& how) {
  const auto n = static_cast<double>(row.size());
  double mean = 0, variance = 0;
  for (const float value : row) mean += double{value} / n;
  for (const float value : row) variance += (double{value} - mean) * (double{value} - mean) / n;
  const bool inside = how.eps_place == EpsPlace::kInsideSqrt;
  double divisor = inside ? std::sqrt(variance + double{how.eps}) : std::sqrt(variance) + double{how.eps};
  if (how.scale == Scale::kNone) divisor = 1;
  std::vector<double> truth;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double gamma = how.gamma.empty() ? 1.0 : double{how.gamma[i]};
    const double beta = how.beta.empty() ? 0.0 : double{how.beta[i]};
    truth.push_back((double{row[i]} - mean) / divisor * gamma + beta);
  }
  return truth;
}

class NormalizeTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(NormalizeTest, AgreesWithItsDefinitionInDouble) {
  for (const std::int64_t n : kSizes) {
    const auto x = RandomFloats(3 * n, 1, 4), gamma = RandomFloats(n, 2), beta = RandomFloats(n, 3);
    for (const Normalization& how : {Normalization{.eps = 1e-3F}, Normalization{.scale = Scale::kNone},
                                     Normalization{.eps_place = EpsPlace::kOutsideSqrt, .eps = 0.1F, .beta = beta},
                                     Normalization{.eps = 1e-3F, .gamma = gamma, .beta = beta}}) {
      const auto actual = Normalized(x, n, how, two_);
      for (std::int64_t row = 0; row < 3; ++row) {
        const auto truth = Truth(std::span(x).subspan(AsSize(row * n), AsSize(n)), how);
        for (std::int64_t at = 0; at < n; ++at) {
          ASSERT_NEAR(actual[AsSize(row * n + at)], truth[AsSize(at)], 5e-6) << n << " at " << at;
        }
      }
    }
  }
}

TEST_P(NormalizeTest, GivesARowTheSameBitsAloneOnAnyNumberOfThreadsAndInPlace) {
  for (const std::int64_t n : {1, 17, 768}) {
    const std::int64_t rows = 40000 / n;
    const auto x = RandomFloats(rows * n, 4, 4), gamma = RandomFloats(n, 5);
    const Normalization how{.eps = 1e-6F, .gamma = gamma};
    const auto alone = Normalized(std::span(x).last(AsSize(n)), n, how, one_);
    auto all = x;
    Normalize(all, n, how, all, two_);
    EXPECT_TRUE(SameBits(std::span(all).last(AsSize(n)), alone));
    EXPECT_TRUE(SameBits(all, Normalized(x, n, how, one_)));
  }
}

TEST_P(NormalizeTest, KeepsANanInItsOwnRow) {
  auto x = RandomFloats(3 * 20, 6);
  x[25] = std::numeric_limits<float>::quiet_NaN();
  const auto y = Normalized(x, 20, {.eps = 1}, one_);
  for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(std::isnan(y[i]), i / 20 == 1) << i;
}

INSTANTIATE_TEST_SUITE_P(Every, NormalizeTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(Normalize, GivesTheSameBitsWithEveryInstructionSet) {
  WorkerTeam team(1);
  const auto x = RandomFloats(5 * 1030, 7), gamma = RandomFloats(1030, 8), beta = RandomFloats(1030, 9);
  const Normalization how{.eps = 1e-12F, .gamma = gamma, .beta = beta};
  ForceIsa(RunnableIsas().front());
  const auto first = Normalized(x, 1030, how, team);
  for (const Isa isa : RunnableIsas()) {
    ForceIsa(isa);
    EXPECT_TRUE(SameBits(first, Normalized(x, 1030, how, team))) << IsaName(isa);
  }
  ForceIsa(ChosenIsa());
}

}  // namespace
}  // namespace stepwell::kernels
