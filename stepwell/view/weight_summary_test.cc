#include "stepwell/view/weight_summary.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

namespace stepwell::view {
namespace {

ir::ConstantData Floats(const std::vector<float>& values) {
  return ir::ConstantData::Of(Tensor::Of<float>({static_cast<Dim>(values.size())}, std::span<const float>(values)));
}

TEST(Summarise, SaysWhatNumPySays) {
  // numpy: a = [-1, 0, 0, 2, 4]; a.mean(), a.std(), np.histogram(a, 40)[0]
  const auto summary = Summarise(Floats({-1, 0, 0, 2, 4})).value();
  EXPECT_EQ(summary.elements, 5);
  EXPECT_EQ(summary.zeros, 2);
  EXPECT_EQ(summary.min, -1);
  EXPECT_EQ(summary.max, 4);
  EXPECT_DOUBLE_EQ(summary.mean, 1.0);
  EXPECT_NEAR(summary.standard_deviation, 1.7888543819998317, 1e-15);
  EXPECT_EQ(summary.bins[0], 1);
  EXPECT_EQ(summary.bins[8], 2);
  EXPECT_EQ(summary.bins[24], 1);
  EXPECT_EQ(summary.bins[39], 1);
}

TEST(Summarise, CountsWhatIsNotFiniteApart) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto summary =
      Summarise(Floats({1, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(), 3})).value();
  EXPECT_EQ(summary.not_finite, 3);
  EXPECT_EQ(summary.min, 1);
  EXPECT_EQ(summary.max, 3);
}

TEST(Summarise, BearsTheGreatestRange) {
  constexpr double kGreatest = std::numeric_limits<double>::max();
  const auto summary =
      Summarise(ir::ConstantData::Of(Tensor::Of<double>({2}, std::array{-kGreatest, kGreatest}))).value();
  EXPECT_EQ(std::accumulate(summary.bins.begin(), summary.bins.end(), std::int64_t{0}), 2);
}

TEST(Summarise, SamplesBigConstants) {
  const auto summary = Summarise(Floats(std::vector<float>(1000000, 0.5F))).value();
  EXPECT_LE(summary.sampled, 65536);
  EXPECT_GT(summary.sampled, 60000);
  EXPECT_EQ(summary.mean, summary.min);
}

TEST(Summarise, SaysNothingOfNoElements) { EXPECT_FALSE(Summarise(Floats({})).has_value()); }

TEST(Summarise, ReadsHalves) {
  const std::array<std::uint16_t, 2> halves = {0x3C00, 0xC000};  // 1 and -2
  Tensor tensor({DType::kF16, {2}});
  std::memcpy(tensor.view().data, halves.data(), sizeof halves);
  const auto summary = Summarise(ir::ConstantData::Of(std::move(tensor))).value();
  EXPECT_EQ(summary.min, -2);
  EXPECT_EQ(summary.max, 1);
}

}  // namespace
}  // namespace stepwell::view
