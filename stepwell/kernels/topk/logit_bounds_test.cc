#include "stepwell/kernels/topk/logit_bounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stepwell/kernels/test_support.h"
#include "stepwell/kernels/topk/row_rounder.h"

namespace stepwell::kernels {
namespace {

class NibbleScanTest : public EveryIsa {};

// The integers of a panel, by the definition.
double SumOf(const RowRounder& rounder, const RoundedActivation& activation, int shift) {
  double sum = 0;
  for (std::int64_t k = 0; k < std::ssize(rounder.codes()); ++k) {
    const int code = rounder.codes()[AsSize(k)] >> shift & 0xF;
    const int multiplier = rounder.multipliers()[AsSize(k / NibblePanel::kGroup)];
    sum += multiplier * (2.0 * code - 15) * activation.whole()[k];
  }
  return sum;
}

TEST_P(NibbleScanTest, AddsUpWhatTheCodesStandFor) {
  WorkerTeam team(1);
  for (const std::int64_t inputs : {1, 32, 50, 128, 1000}) {
    const std::int64_t rows = 37;
    const auto weights = RandomFloats(rows * inputs, 1);
    const FloatRows source(
        DenseWeights(LazyBytes(BytesOfFloats(weights)), inputs, rows, WeightOrder::kOutputsByInputs));
    const RoundedRows rounded(source, team);
    RoundedActivation activation;
    activation.Round(RandomFloats(inputs, 2));
    std::vector<float> sums(AsSize(rounded.panels() * NibblePanel::kRows));
    ScanNibbles(rounded.panel(0), rounded.panels(), activation, sums.data());
    AlignedBuffer gathered(AsSize(rounded.panel_bytes()));
    RowRounder rounder(inputs);
    for (std::int32_t row = 0; row < rows; ++row) {
      rounder.Round(source.Row(row));
      const double scale = 255.0 * 15 * 32768 * static_cast<double>(inputs) * 1e-6;
      ASSERT_NEAR(static_cast<double>(sums[AsSize(row)]), SumOf(rounder, activation, 4), scale);
      float second[NibblePanel::kRows];
      rounded.GatherSecondPanel({&row, 1}, gathered.data());
      ScanNibbles(gathered.data(), 1, activation, second);
      ASSERT_NEAR(static_cast<double>(second[0]), SumOf(rounder, activation, 0), scale);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, NibbleScanTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

double Norm(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

TEST(RowRounder, BoundsItsErrorsAndNotByMuch) {
  for (const float scale : {1e-25F, 0.01F, 1.0F, 1e25F}) {
    const std::int64_t inputs = 512;
    const auto row = RandomFloats(inputs, 3, scale);
    RowRounder rounder(inputs);
    const RoundedRowFacts facts = rounder.Round(reinterpret_cast<const std::byte*>(row.data()));
    std::vector<double> error4, error8, weights;
    for (std::int64_t k = 0; k < inputs; ++k) {
      const double step = static_cast<double>(facts.unit) / 2 * rounder.multipliers()[AsSize(k / NibblePanel::kGroup)];
      const int code = rounder.codes()[AsSize(k)];
      const double in4 = step * (2 * (code >> 4) - 15);
      const auto exact = static_cast<double>(row[AsSize(k)]);
      weights.push_back(exact);
      error4.push_back(exact - in4);
      error8.push_back(exact - in4 - step / 16 * (2 * (code & 15) - 15));
    }
    EXPECT_GE(static_cast<double>(facts.norm), Norm(weights));
    EXPECT_GE(static_cast<double>(facts.error4), Norm(error4));
    EXPECT_LT(static_cast<double>(facts.error4), Norm(error4) * 1.001);
    EXPECT_GE(static_cast<double>(facts.error8), Norm(error8));
    EXPECT_LT(static_cast<double>(facts.error8), Norm(error8) * 1.01);
    EXPECT_LT(static_cast<double>(facts.error4), 0.09 * Norm(weights));
    EXPECT_LT(static_cast<double>(facts.error8), 0.006 * Norm(weights));
  }
}

TEST(RoundedActivation, BoundsItsError) {
  for (const float scale : {1e-25F, 1.0F, 1e25F}) {
    const auto a = RandomFloats(300, 4, scale);
    RoundedActivation rounded;
    rounded.Round(a);
    ASSERT_TRUE(rounded.is_usable());
    std::vector<double> values, errors;
    for (std::size_t k = 0; k < a.size(); ++k) {
      EXPECT_EQ(rounded.whole()[k], 256 * rounded.high()[k] + rounded.low()[k]);
      values.push_back(static_cast<double>(a[k]));
      errors.push_back(values.back() - rounded.unit() * rounded.whole()[k]);
    }
    EXPECT_GE(rounded.norm(), Norm(values));
    EXPECT_GE(rounded.error_norm(), Norm(errors));
    EXPECT_LT(rounded.error_norm(), 1e-4 * Norm(values));
  }
}

}  // namespace
}  // namespace stepwell::kernels
