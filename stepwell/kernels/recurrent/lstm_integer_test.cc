// Layers whose weights ask for activations of 8-bit integers.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/recurrent/lstm_reference.h"
#include "stepwell/kernels/recurrent/lstm_test_support.h"

namespace stepwell::kernels {
namespace {

LstmWeights IntegerWeights(const Sizes& sizes, Compression compression) {
  const auto random = [&](std::int64_t inputs, std::int64_t outputs) {
    const auto weights =
        RandomCompressed(compression, inputs, outputs, WeightOrder::kOutputsByInputs, ActivationFormat::kInt8);
    return DenseWeights(LazyBytes(weights), inputs, outputs, WeightOrder::kOutputsByInputs);
  };
  LstmWeights weights;
  weights.input = random(sizes.inputs, 4 * sizes.cells);
  weights.recurrent = random(sizes.outputs(), 4 * sizes.cells);
  weights.order = kOpenVinoLstmGates;
  if (sizes.projected > 0) weights.projection = random(sizes.cells, sizes.projected);
  return weights;
}

// What a row of activations is rounded to.
void Round(std::span<float> row, DType weights) {
  float largest = 0;
  for (const float value : row) largest = std::max(largest, std::abs(value));
  const bool has_negative = std::any_of(row.begin(), row.end(), [](float value) { return value < 0; });
  const float steps = has_negative || weights == DType::kI4 ? 127 : 255;
  if (largest == 0) return;
  for (float& value : row) value = std::nearbyint(value * (steps / largest)) * (largest / steps);
}

void RoundRows(std::vector<float>& rows, std::int64_t length, DType weights) {
  for (std::int64_t at = 0; at < std::ssize(rows); at += length) {
    Round(std::span(rows).subspan(AsSize(at), AsSize(length)), weights);
  }
}

constexpr Compression kCompressions[] = {{DType::kI8, -1}, {DType::kI8, 50}, {DType::kI4, 20}};

class LstmIntegerTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(LstmIntegerTest, AgreesWithItsDefinitionOverRoundedRows) {
  const Sizes sizes{.inputs = 100, .cells = 200};
  for (const Compression& compression : kCompressions) {
    const LstmWeights weights = IntegerWeights(sizes, compression);
    const LstmLayer layer(weights, two_);
    Call actual(sizes, {.frames = 1, .batch = 3});
    std::fill_n(actual.x.begin() + 100, 60, 0.0F);
    std::transform(actual.x.begin(), actual.x.begin() + 200, actual.x.begin(), [](float x) { return std::abs(x); });
    Call expected = actual;
    RoundRows(expected.x, sizes.inputs, compression.dtype);
    RoundRows(expected.initial_h, sizes.cells, compression.dtype);
    Perform(layer, actual, two_);
    ReferenceLstm(weights, expected.extent, expected.arguments());
    ExpectNear(actual.h_all, expected.h_all, 3e-6F);
    ExpectNear(actual.c_all, expected.c_all, 3e-6F);
  }
}

// Large enough for the team to work together, and for several stretches of frames to be computed ahead.
const Sizes kLargeSizes{.inputs = 100, .cells = 300, .projected = 200};

TEST_P(LstmIntegerTest, GivesManyFramesTheSameBitsAsFrameByFrame) {
  constexpr std::int64_t kFrames = 53;
  for (const Compression& compression : kCompressions) {
    const LstmLayer layer(IntegerWeights(kLargeSizes, compression), two_);
    Call whole(kLargeSizes, {.frames = kFrames, .batch = 2});
    Perform(layer, whole, two_);
    Call step(kLargeSizes, {.frames = 1, .batch = 2});
    const std::int64_t inputs = 2 * kLargeSizes.inputs, outputs = 2 * kLargeSizes.projected;
    for (std::int64_t frame = 0; frame < kFrames; ++frame) {
      std::ranges::copy(Part(whole.x, frame * inputs, inputs), step.x.begin());
      Perform(layer, step, one_);
      ASSERT_TRUE(SameBits(step.h_all, Part(whole.h_all, frame * outputs, outputs))) << "frame " << frame;
      step.initial_h = step.h_all;
      step.initial_c = step.c_all;
    }
    EXPECT_TRUE(SameBits(whole.c_last, step.c_all));
  }
}

TEST_P(LstmIntegerTest, GivesARowTheSameBitsInAnyBatch) {
  for (const Compression& compression : kCompressions) {
    const LstmLayer layer(IntegerWeights(kLargeSizes, compression), two_);
    ExpectSameBitsInBatches(layer, kLargeSizes, std::array<std::int64_t, 4>{2, 5, 16, 64}, one_, two_);
  }
}

TEST_P(LstmIntegerTest, KeepsNanInItsRow) {
  const Sizes sizes{3, 20};
  const LstmLayer layer(IntegerWeights(sizes, {DType::kI8, -1}), one_);
  Call clean(sizes, {.frames = 2, .batch = 3});
  Call spoiled = clean;
  spoiled.initial_h[20] = std::nanf("");  // row 1
  Perform(layer, clean, one_);
  Perform(layer, spoiled, one_);
  for (std::int64_t at = 0; at < std::ssize(clean.h_all); ++at) {
    ASSERT_EQ(std::isnan(spoiled.h_all[AsSize(at)]), at / 20 % 3 == 1);
    if (at / 20 % 3 != 1) {
      ASSERT_EQ(spoiled.h_all[AsSize(at)], clean.h_all[AsSize(at)]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, LstmIntegerTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
