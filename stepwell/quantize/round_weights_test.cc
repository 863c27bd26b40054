#include "stepwell/quantize/round_weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/base/npy.h"
#include "stepwell/quantize/compensated_rounding.h"

// The expected values are NumPy's: tests/data/quantize/make.py.
namespace stepwell::quantize {
namespace {

constexpr std::int64_t kOutputs = 48;
constexpr std::int64_t kInputs = 64;

Tensor Recorded(const std::string& name) {
  return ReadNpy(std::string(STEPWELL_SOURCE_DIR) + "/tests/data/quantize/" + name + ".npy");
}

// Nothing owns the bytes: the numbers outlive them.
LazyBytes Held(std::span<const float> weights) { return SharedBytes(nullptr, std::as_bytes(weights)); }

std::vector<float> StoredValues(const RoundedWeights& rounded, DType dtype) {
  const SharedBytes stored = rounded.values.Get();
  std::vector<float> values;
  for (std::int64_t i = 0; i < kOutputs * kInputs; ++i) {
    values.push_back(StoredValue(dtype, stored.data(), i));
  }
  return values;
}

struct Case {
  const char* name;
  DType dtype;
  std::int64_t group;
};

class RoundToIntegersOf : public ::testing::TestWithParam<Case> {};

TEST_P(RoundToIntegersOf, RowsIsWhatNumPyMakesOfThem) {
  const Case& given = GetParam();
  const Tensor weights = Recorded("weights");
  const Tensor values = Recorded(std::string(given.name) + "_values");
  const Tensor scales = Recorded(std::string(given.name) + "_scales");
  const Runs runs{kOutputs * kInputs / given.group, given.group, 1};
  const RoundedWeights rounded = RoundToIntegers(Held(weights.as<float>()), runs, given.dtype);
  const auto expected = values.as<std::int8_t>();
  EXPECT_EQ(StoredValues(rounded, given.dtype), std::vector<float>(expected.begin(), expected.end()));
  const auto expected_scales = scales.as<float>();
  EXPECT_EQ(rounded.scales, std::vector<float>(expected_scales.begin(), expected_scales.end()));
}

// [inputs, outputs], whose runs are columns, or parts of columns.
TEST_P(RoundToIntegersOf, ColumnsIsTheSameTurnedRound) {
  const Case& given = GetParam();
  const Tensor weights = Recorded("weights");
  std::vector<float> turned(AsSize(kOutputs * kInputs));
  const auto at = [](std::int64_t input, std::int64_t output) { return AsSize(input * kOutputs + output); };
  for (std::int64_t i = 0; i < kOutputs * kInputs; ++i) {
    turned[at(i % kInputs, i / kInputs)] = weights.as<float>()[AsSize(i)];
  }
  const Runs runs{kInputs / given.group, given.group, kOutputs};
  const RoundedWeights rounded = RoundToIntegers(Held(turned), runs, given.dtype);
  const std::vector<float> found = StoredValues(rounded, given.dtype);
  const Tensor expected = Recorded(std::string(given.name) + "_values");
  const Tensor scales = Recorded(std::string(given.name) + "_scales");
  for (std::int64_t i = 0; i < kOutputs * kInputs; ++i) {
    ASSERT_EQ(found[at(i % kInputs, i / kInputs)], expected.as<std::int8_t>()[AsSize(i)]) << i;
  }
  const std::int64_t groups = kInputs / given.group;
  for (std::int64_t i = 0; i < kOutputs * groups; ++i) {
    ASSERT_EQ(rounded.scales[at(i % groups, i / groups)], scales.as<float>()[AsSize(i)]) << i;
  }
}

TEST_P(RoundToIntegersOf, RowsByTheirInputsIsWhatGptqMakesOfThem) {
  const Case& given = GetParam();
  const Tensor weights = Recorded("weights");
  const Tensor rows = Recorded("rows");
  SecondMoments moments(kInputs);
  moments.Add(rows.as<float>());
  const Runs runs{kOutputs * kInputs / given.group, given.group, 1};
  const RoundedWeights rounded = RoundCompensated(weights.as<float>(), runs, given.dtype, TriangularFactor(moments));
  const Tensor values = Recorded("gptq_" + std::string(given.name) + "_values");
  const auto expected = values.as<std::int8_t>();
  EXPECT_EQ(StoredValues(rounded, given.dtype), std::vector<float>(expected.begin(), expected.end()));
  const Tensor scales = Recorded("gptq_" + std::string(given.name) + "_scales");
  const auto expected_scales = scales.as<float>();
  EXPECT_EQ(rounded.scales, std::vector<float>(expected_scales.begin(), expected_scales.end()));
}

INSTANTIATE_TEST_SUITE_P(Forms, RoundToIntegersOf,
                         ::testing::Values(Case{"int8", DType::kI8, kInputs}, Case{"int8_32", DType::kI8, 32},
                                           Case{"int4_32", DType::kI4, 32}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(RoundToBFloat16, TakesTheNearestBits) {
  const Tensor weights = Recorded("weights");
  const Tensor bits = Recorded("bf16");
  const RoundedWeights rounded = RoundToBFloat16(Held(weights.as<float>()));
  ASSERT_EQ(rounded.values.size(), bits.view().size_bytes());
  EXPECT_EQ(std::memcmp(rounded.values.Get().data(), bits.view().data, rounded.values.size()), 0);
  EXPECT_TRUE(rounded.scales.empty());
}

TEST(RoundToIntegers, TellsItsError) {
  const std::vector<float> weights = {127, 1.5F, -4.25F, 0};
  const WeightError error = RoundToIntegers(Held(weights), {1, 4, 1}, DType::kI8).error;
  EXPECT_EQ(error.largest_weight, 127);
  EXPECT_EQ(error.largest_error, 0.5F);  // 1.5 becomes 2
  EXPECT_DOUBLE_EQ(error.squared_errors, 0.25 + 0.0625);
  EXPECT_DOUBLE_EQ(error.relative(), 0.5 / 127);
}

TEST(RoundToIntegers, TellsWhereAWeightIsNoFiniteNumber) {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> weights = {1, bad, 2, 3};
    EXPECT_FALSE(RoundToIntegers(Held(weights), {1, 4, 1}, DType::kI8).error.is_finite);
    EXPECT_FALSE(RoundToIntegers(Held(weights), {2, 2, 1}, DType::kI4).error.is_finite);
    EXPECT_FALSE(RoundToBFloat16(Held(weights)).error.is_finite);
  }
}

}  // namespace
}  // namespace stepwell::quantize
