#include "stepwell/kernels/gemm/integer_panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/gemm/integer_variant.h"
#include "stepwell/kernels/gemm/tile.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kOutputs = kPanelWidth;

PackedMatrix Packed(const std::shared_ptr<const CompressedFloats>& weights, std::int64_t inputs, Inputs kind,
                    WorkerTeam& team) {
  return PackedMatrix(DenseWeights(LazyBytes(weights), inputs, kOutputs, WeightOrder::kInputsByOutputs), team,
                      PackedBlocks::Fresh(), kind);
}

std::vector<float> Product(const PackedMatrix& weights, std::span<const float> a, std::int64_t rows,
                           const IntegerVariant& variant) {
  const IntegerRows::Form form(weights, rows);
  AlignedBuffer scratch(form.bytes);
  const IntegerRows integers(form, rows, scratch.data());
  for (std::int64_t m = 0; m < rows; ++m) integers.Set(m, a.data() + m * weights.inputs());
  integers.Arrange();
  Tile tile(rows);
  tile.StartWithZeros();
  AddIntegerPanelProduct({.a = &integers, .panel = weights.panel(0), .variant = &variant, .tile = tile.data()});
  return {tile.data(), tile.data() + rows * kOutputs};
}

// By the definition, the sums in 64-bit integers.
std::vector<float> Expected(const CompressedFloats& weights, std::span<const float> a, std::int64_t inputs,
                            std::int64_t group) {
  const auto lowest = *std::min_element(a.begin(), a.end());
  const float largest = std::abs(
      *std::max_element(a.begin(), a.end(), [](float left, float right) { return std::abs(left) < std::abs(right); }));
  const float steps = lowest < 0 || weights.dtype == DType::kI4 ? 127 : 255;
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
      const float product = static_cast<float>(sum) * weights.ScaleAt(begin * kOutputs + n);
      out[AsSize(n)] += product;
    }
    out[AsSize(n)] *= largest / steps;
  }
  return out;
}

// Rows of all kinds: signed, without negatives, mostly zeros.
std::vector<float> RowsOfAllKinds(std::int64_t rows, std::int64_t inputs) {
  auto a = RandomFloats(rows * inputs, 5);
  for (std::int64_t at = 0; at < rows * inputs; ++at) {
    float& value = a[AsSize(at)];
    const std::int64_t kind = at / inputs % 3;
    if (kind > 0) value = kind == 2 && at % 5 != 0 ? 0.0F : std::abs(value);
  }
  return a;
}

class IntegerPanelTest : public EveryIsa {
 protected:
  // Whatever runs under this instruction set, and each layout.
  template <class Body>
  void ForEachVariant(const std::shared_ptr<const CompressedFloats>& weights, std::int64_t inputs, Body body) {
    for (const Inputs kind : {Inputs::kOftenZero, Inputs::kSeldomZero}) {
      const PackedMatrix packed = Packed(weights, inputs, kind, two_);
      for (const IntegerVariant& variant : IntegerVariants()) {
        if (!variant.runs_here()) continue;
        SCOPED_TRACE(std::string(variant.name) + (kind == Inputs::kOftenZero ? ", turned" : ", in fours"));
        body(packed, variant);
      }
    }
  }
  WorkerTeam two_{2};
};

constexpr Compression kCompressions[] = {{DType::kI8, -1}, {DType::kI8, 32}, {DType::kI8, 50},
                                         {DType::kI4, -1}, {DType::kI4, 64}, {DType::kI4, 33}};

TEST_P(IntegerPanelTest, GivesExactSumsTimesScalesWhateverTheBatch) {
  for (const Compression& compression : kCompressions) {
    for (const std::int64_t inputs : {1, 3, 64, 97, 700, 2048}) {
      SCOPED_TRACE(testing::PrintToString(compression) + ", inputs: " + std::to_string(inputs));
      const auto weights =
          RandomCompressed(compression, inputs, kOutputs, WeightOrder::kInputsByOutputs, ActivationFormat::kInt8);
      const std::int64_t group = compression.group < 0 ? inputs : compression.group;
      const std::int64_t rows = 13;
      const auto a = RowsOfAllKinds(rows, inputs);
      std::vector<float> expected;
      for (std::int64_t m = 0; m < rows; ++m) {
        const auto row = Expected(*weights, std::span(a).subspan(AsSize(m * inputs), AsSize(inputs)), inputs, group);
        expected.insert(expected.end(), row.begin(), row.end());
      }
      ForEachVariant(weights, inputs, [&](const PackedMatrix& packed, const IntegerVariant& variant) {
        ASSERT_TRUE(SameBits(Product(packed, a, rows, variant), expected));
        for (std::int64_t m = 0; m < rows; ++m) {
          const auto single = Product(packed, std::span(a).subspan(AsSize(m * inputs), AsSize(inputs)), 1, variant);
          ASSERT_TRUE(SameBits(single, std::span(expected).subspan(AsSize(m * kOutputs), kOutputs))) << "row " << m;
        }
      });
    }
  }
}

TEST_P(IntegerPanelTest, IsExactAtTheEndsOfItsRange) {
  constexpr std::int64_t kInputs = 65536;
  auto weights =
      *RandomCompressed({DType::kI8, -1}, kInputs, kOutputs, WeightOrder::kInputsByOutputs, ActivationFormat::kInt8);
  AlignedBuffer lowest(kInputs * kOutputs);
  std::fill_n(lowest.data(), lowest.size(), std::byte{0x80});
  weights.values = SharedBytes::Own(std::move(lowest));
  std::fill(weights.scales.begin(), weights.scales.end(), 1.0F);
  std::vector<float> a(2 * kInputs, 255.0F);
  std::fill_n(a.begin() + kInputs, kInputs, -127.0F);
  ForEachVariant(std::make_shared<const CompressedFloats>(weights), kInputs,
                 [&](const PackedMatrix& packed, const IntegerVariant& variant) {
                   const auto out = Product(packed, a, 2, variant);
                   for (std::size_t at = 0; at < out.size(); ++at) {
                     ASSERT_EQ(out[at], kInputs * -128.0F * (at < kOutputs ? 255.0F : -127.0F));
                   }
                 });
}

TEST_P(IntegerPanelTest, KeepsNanInItsRowAndTakesZeros) {
  for (const Compression& compression : kCompressions) {
    const auto weights =
        RandomCompressed(compression, 100, kOutputs, WeightOrder::kInputsByOutputs, ActivationFormat::kInt8);
    ForEachVariant(weights, 100, [&](const PackedMatrix& packed, const IntegerVariant& variant) {
      auto a = RandomFloats(3 * 100, 6);
      std::fill_n(a.begin(), 100, 0.0F);
      const auto clean = Product(packed, a, 3, variant);
      for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
        a[150] = bad;
        const auto out = Product(packed, a, 3, variant);
        for (std::size_t at = 0; at < out.size(); ++at) {
          ASSERT_EQ(std::isnan(out[at]), at / kOutputs == 1);
          if (at / kOutputs == 1) continue;
          ASSERT_EQ(out[at], clean[at]);
          ASSERT_TRUE(at / kOutputs == 2 || out[at] == 0);
        }
      }
    });
  }
}

TEST(IntegerRows, LeavesOutInputsThatAreZeroInAllRows) {
  WorkerTeam team(1);
  const PackedMatrix weights =
      Packed(RandomCompressed({DType::kI8, 50}, 100, kOutputs, WeightOrder::kInputsByOutputs, ActivationFormat::kInt8),
             100, Inputs::kOftenZero, team);
  std::vector<float> a(2 * 100);
  a[3] = 1, a[70] = 0.5F, a[100 + 70] = 2, a[100 + 99] = 0.001F;  // the last one becomes 0
  const IntegerRows::Form form(weights, 2);
  AlignedBuffer scratch(form.bytes);
  const IntegerRows rows(form, 2, scratch.data());
  rows.Set(0, a.data());
  rows.Set(1, a.data() + 100);
  rows.Arrange();
  ASSERT_NE(rows.inputs(), nullptr);
  ASSERT_EQ(rows.groups(), 2);
  EXPECT_EQ(rows.first_places()[1], 4);
  EXPECT_EQ(rows.places(), 8);
  EXPECT_EQ(rows.inputs()[0], 3);
  EXPECT_EQ(rows.inputs()[4], 70);
  EXPECT_EQ(rows.values(0)[0], 255);
  EXPECT_EQ(rows.values(0)[4], 128);  // 127.5, to the even
  EXPECT_EQ(rows.values(1)[4], 255);
}

INSTANTIATE_TEST_SUITE_P(Every, IntegerPanelTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
