#include "stepwell/kernels/recurrent/gru.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/kernels/recurrent/gru_reference.h"
#include "stepwell/kernels/same_bits_test_support.h"

namespace stepwell::kernels {
namespace {

struct Sizes {
  std::int64_t inputs = 1;
  std::int64_t cells = 1;
};

enum class Extras { kNone, kAll };

// Random constants of a layer, and the memory they lie in.
struct Constants {
  std::vector<float> bias, product_bias;
  GruWeights weights;

  Constants(const Sizes& sizes, GruReset reset, Extras extras) {
    const float scale = 1.5F / std::sqrt(static_cast<float>(sizes.inputs + sizes.cells));
    const auto random = [&](std::int64_t inputs, unsigned seed) {
      return DenseWeights(MisalignedBytesOf(RandomFloats(inputs * 3 * sizes.cells, seed, scale)), inputs,
                          3 * sizes.cells, WeightOrder::kInputsByOutputs);
    };
    weights.input = random(sizes.inputs, 1);
    weights.recurrent = random(sizes.cells, 2);
    weights.order = extras == Extras::kAll ? kTensorFlowGruGates : kOpenVinoGruGates;
    weights.reset = reset;
    if (extras == Extras::kNone) return;
    bias = RandomFloats(3 * sizes.cells, 3);
    weights.bias = bias;
    weights.clip = 0.9F;
    if (reset != GruReset::kProduct) return;
    product_bias = RandomFloats(sizes.cells, 4);
    weights.product_bias = product_bias;
  }
};

// The tensors of one call.
struct Call {
  SequenceExtent extent;
  std::vector<float> x, initial_h, h_all;

  Call(const Sizes& sizes, const SequenceExtent& e)
      : extent(e),
        x(RandomFloats(e.frames * e.batch * sizes.inputs, 11)),
        initial_h(RandomFloats(e.batch * sizes.cells, 12)),
        h_all(AsSize(e.frames * e.batch * sizes.cells), std::numeric_limits<float>::quiet_NaN()) {}

  GruArguments arguments() { return {x, initial_h, h_all}; }
};

void Perform(const GruLayer& layer, Call& call, WorkerTeam& team) {
  AlignedBuffer scratch(layer.ScratchBytes(call.extent));
  layer.Run(call.extent, call.arguments(), scratch.span(), team);
}

constexpr Sizes kSizes[] = {{1, 1}, {3, 2}, {17, 5}, {2, 16}, {64, 63}, {63, 64}, {5, 65}, {130, 200}};
constexpr Sizes kLargeSizes{200, 330};  // worth two threads

class GruTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(GruTest, AgreesWithItsDefinitionInDouble) {
  for (const Sizes& sizes : kSizes) {
    for (const GruReset reset : {GruReset::kState, GruReset::kProduct}) {
      for (const Extras extras : {Extras::kNone, Extras::kAll}) {
        const Constants constants(sizes, reset, extras);
        const GruLayer layer(constants.weights, two_);
        Call actual(sizes, {.frames = 5, .batch = 3});
        Call expected = actual;
        Perform(layer, actual, two_);
        ReferenceGru(constants.weights, expected.extent, expected.arguments());
        for (std::size_t at = 0; at < actual.h_all.size(); ++at) {
          ASSERT_NEAR(actual.h_all[at], expected.h_all[at], 3e-6F)
              << sizes.inputs << "x" << sizes.cells << " at " << at;
        }
      }
    }
  }
}

TEST_P(GruTest, GivesManyFramesTheSameBitsAsFrameByFrame) {
  for (const GruReset reset : {GruReset::kState, GruReset::kProduct}) {
    const Constants constants(kLargeSizes, reset, Extras::kAll);
    const GruLayer layer(constants.weights, two_);
    Call whole(kLargeSizes, {.frames = 53, .batch = 2});
    Perform(layer, whole, two_);
    Call step(kLargeSizes, {.frames = 1, .batch = 2});
    for (std::size_t frame = 0; frame < 53; ++frame) {
      const std::size_t inputs = step.x.size(), states = step.h_all.size();
      std::copy_n(whole.x.begin() + static_cast<std::ptrdiff_t>(frame * inputs), inputs, step.x.begin());
      Perform(layer, step, one_);
      ASSERT_TRUE(SameBits(step.h_all, std::span(whole.h_all).subspan(frame * states, states))) << "frame " << frame;
      step.initial_h = step.h_all;
    }
  }
}

TEST_P(GruTest, KeepsNanInItsRow) {
  for (const GruReset reset : {GruReset::kState, GruReset::kProduct}) {
    const Sizes sizes{3, 20};
    const GruLayer layer(Constants(sizes, reset, Extras::kAll).weights, one_);
    Call clean(sizes, {.frames = 2, .batch = 3});
    Call spoiled = clean;
    spoiled.initial_h[20] = std::numeric_limits<float>::quiet_NaN();  // row 1
    Perform(layer, clean, one_);
    Perform(layer, spoiled, one_);
    for (std::size_t at = 0; at < clean.h_all.size(); ++at) {
      const bool second_row = at / 20 % 3 == 1;
      ASSERT_EQ(std::isnan(spoiled.h_all[at]), second_row);
      if (!second_row) {
        ASSERT_EQ(spoiled.h_all[at], clean.h_all[at]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, GruTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

class GruSameBitsTest : public SameBitsTest {};

TEST_P(GruSameBitsTest, OfEveryRowWithEveryStorageOfWeights) {
  constexpr std::int64_t kInputs = 64, kCells = 128, kFrames = 2;
  for (const Storage& storage : kStorages) {
    SCOPED_TRACE(testing::PrintToString(storage));
    GruWeights weights;
    weights.input = StoredWeights(storage, kInputs, 3 * kCells);
    weights.recurrent = StoredWeights(storage, kCells, 3 * kCells);
    weights.reset = storage.compression.dtype == DType::kI8 ? GruReset::kProduct : GruReset::kState;
    const GruLayer layer(weights, two_);
    const std::array row = {kFrames * kInputs, kCells};
    ExpectSameBitsInEveryBatch(
        RowsWithZeros(row[0] + row[1]), [&](std::int64_t rows, std::span<const float> all, WorkerTeam& team) {
          const auto parts = PartsOfRows(all, rows, row);
          const SequenceExtent extent{.frames = kFrames, .batch = rows, .order = SequenceOrder::kBatchFirst};
          std::vector<float> h(AsSize(rows * kFrames * kCells));
          AlignedBuffer scratch(layer.ScratchBytes(extent));
          layer.Run(extent, {.x = parts[0], .initial_h = parts[1], .h_all = h}, scratch.span(), team);
          return h;
        });
  }
}

INSTANTIATE_TEST_SUITE_P(Every, GruSameBitsTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(GruLayer, RefusesSizesThatContradictEachOther) {
  const Sizes sizes{3, 20};
  const auto expect_refusal = [&](auto spoil) {
    Constants constants(sizes, GruReset::kProduct, Extras::kAll);
    spoil(constants.weights);
    EXPECT_THROW(GruLayer{constants.weights}, Error);
  };
  const std::vector<float> short_vector(19);
  expect_refusal([&](GruWeights& weights) { weights.bias = short_vector; });
  expect_refusal([&](GruWeights& weights) { weights.product_bias = short_vector; });
  expect_refusal([&](GruWeights& weights) { weights.recurrent = InputsOf(weights.recurrent, 0, 19); });
  expect_refusal([&](GruWeights& weights) { weights.input.outputs = 59; });
}

}  // namespace
}  // namespace stepwell::kernels
