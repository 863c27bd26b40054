#include "stepwell/kernels/gemm/integer_panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kOutputs = kPanelWidth;

class IntegerPanelTest : public EveryIsa {
 protected:
  std::vector<float> Product(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows) {
    const std::int64_t inputs = weights.inputs();
    const std::int64_t group = std::min(weights.panel(0).inputs_per_scale, inputs);
    AlignedBuffer scratch(IntegerRows::ScratchBytes(rows, inputs, group));
    const RowPointers pointers(a.data(), rows, inputs);
    const IntegerRows integers(pointers.data(), rows, inputs, group, scratch.span());
    Tile tile(rows);
    tile.StartWithZeros();
    AddIntegerPanelProduct({.a = &integers, .panel = weights.panel(0), .tile = tile.data()});
    return {tile.data(), tile.data() + rows * kOutputs};
  }
  WorkerTeam two_{2};
};

// By the definition, the sums in 64-bit integers.
std::vector<float> Expected(const CompressedFloats& weights, std::span<const float> a, std::int64_t inputs,
                            std::int64_t group) {
  const auto lowest = *std::min_element(a.begin(), a.end());
  const float largest = std::abs(
      *std::max_element(a.begin(), a.end(), [](float left, float right) { return std::abs(left) < std::abs(right); }));
  const float steps = lowest < 0 ? 127 : 255;
  const SharedBytes values = weights.values.Get();
  std::vector<float> out(kOutputs);
  for (std::int64_t n = 0; n < kOutputs; ++n) {
    for (std::int64_t begin = 0; begin < inputs; begin += group) {
      std::int64_t sum = 0;
      for (std::int64_t k = begin; k < std::min(begin + group, inputs); ++k) {
        const float weight = StoredValue(weights.dtype, values.data(), k * kOutputs + n);
        const float rounded = largest == 0 ? 0 : std::nearbyint(a[AsSize(k)] * (steps / largest));
        sum += static_cast<std::int64_t>(rounded) * static_cast<std::int64_t>(weight);
      }
      out[AsSize(n)] += static_cast<float>(sum) * (weights.ScaleAt(begin * kOutputs + n) * (largest / steps));
    }
  }
  return out;
}

TEST_P(IntegerPanelTest, GivesExactSumsTimesScalesWhateverTheBatch) {
  constexpr Compression kCompressions[] = {{DType::kI8, -1}, {DType::kI8, 32}, {DType::kI4, -1}, {DType::kI4, 64}};
  for (const Compression& compression : kCompressions) {
    for (const std::int64_t inputs : {1, 3, 64, 97, 700, 2048}) {
      SCOPED_TRACE(testing::PrintToString(compression) + ", inputs: " + std::to_string(inputs));
      const auto weights = RandomCompressed(compression, inputs, kOutputs, WeightOrder::kInputsByOutputs);
      const PackedMatrix packed(DenseWeights(LazyBytes(weights), inputs, kOutputs, WeightOrder::kInputsByOutputs),
                                two_);
      const std::int64_t group = compression.group < 0 ? inputs : compression.group;
      const std::int64_t rows = 13;
      auto a = RandomFloats(rows * inputs, 5);
      for (std::int64_t at = 0; at < rows * inputs; ++at) {  // rows of all kinds: signed, without negatives, with zeros
        float& value = a[AsSize(at)];
        const std::int64_t kind = at / inputs % 3;
        if (kind > 0) value = kind == 2 && at % 5 != 0 ? 0.0F : std::abs(value);
      }
      const auto all = Product(packed, a, rows);
      for (std::int64_t m = 0; m < rows; ++m) {
        const auto row = std::span(a).subspan(AsSize(m * inputs), AsSize(inputs));
        const auto single = Product(packed, row, 1);
        ASSERT_TRUE(SameBits(single, Expected(*weights, row, inputs, group))) << "row " << m;
        ASSERT_TRUE(SameBits(single, std::span(all).subspan(AsSize(m * kOutputs), kOutputs))) << "row " << m;
      }
    }
  }
}

TEST_P(IntegerPanelTest, KeepsNanInItsRowAndTakesZeros) {
  const auto weights = RandomCompressed({DType::kI8, -1}, 100, kOutputs, WeightOrder::kInputsByOutputs);
  const PackedMatrix packed(DenseWeights(LazyBytes(weights), 100, kOutputs, WeightOrder::kInputsByOutputs), two_);
  auto a = RandomFloats(3 * 100, 6);
  std::fill_n(a.begin(), 100, 0.0F);
  const auto clean = Product(packed, a, 3);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    a[150] = bad;
    const auto out = Product(packed, a, 3);
    for (std::size_t at = 0; at < out.size(); ++at) {
      ASSERT_EQ(std::isnan(out[at]), at / kOutputs == 1);
      if (at / kOutputs == 1) continue;
      ASSERT_EQ(out[at], clean[at]);
      ASSERT_TRUE(at / kOutputs == 2 || out[at] == 0);
    }
  }
}

TEST(IntegerRows, LeavesOutInputsThatAreZeroInAllRows) {
  std::vector<float> a(2 * 100);
  a[3] = 1, a[70] = 0.5F, a[100 + 70] = 2, a[100 + 99] = 0.001F;  // the last one becomes 0
  AlignedBuffer scratch(IntegerRows::ScratchBytes(2, 100, 50));
  const RowPointers pointers(a.data(), 2, 100);
  const IntegerRows rows(pointers.data(), 2, 100, 50, scratch.span());
  EXPECT_TRUE(rows.skips());
  ASSERT_EQ(rows.groups(), 2);
  EXPECT_EQ(rows.PlaceOf(1), 4);
  EXPECT_EQ(rows.PlaceOf(2), 8);
  EXPECT_EQ(rows.inputs()[0], 3);
  EXPECT_EQ(rows.inputs()[4], 70);
  EXPECT_EQ(rows.values(0)[0], 255);
  EXPECT_EQ(rows.values(0)[4], 128);  // 127.5, to the even
  EXPECT_EQ(rows.values(1)[4], 255);
}

INSTANTIATE_TEST_SUITE_P(Every, IntegerPanelTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
