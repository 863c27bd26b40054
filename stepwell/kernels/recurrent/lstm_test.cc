#include "stepwell/kernels/recurrent/lstm.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/recurrent/lstm_reference.h"
#include "stepwell/kernels/recurrent/lstm_test_support.h"

namespace stepwell::kernels {
namespace {

enum class Extras { kNone, kAll };

// Random constants of a layer, and the memory they lie in.
struct Constants {
  std::vector<float> bias, input_peephole, forget_peephole, output_peephole;
  LstmWeights weights;

  Constants(const Sizes& sizes, LstmGateOrder order, Extras extras) {
    const float scale = 1.5F / std::sqrt(static_cast<float>(sizes.inputs + sizes.outputs()));
    const auto random = [&](std::int64_t inputs, std::int64_t outputs, unsigned seed) {
      return DenseWeights(MisalignedBytesOf(RandomFloats(inputs * outputs, seed, scale)), inputs, outputs,
                          WeightOrder::kInputsByOutputs);
    };
    weights.input = random(sizes.inputs, 4 * sizes.cells, 1);
    weights.recurrent = random(sizes.outputs(), 4 * sizes.cells, 2);
    weights.order = order;
    if (sizes.projected > 0) weights.projection = random(sizes.cells, sizes.projected, 3);
    if (extras == Extras::kAll) AddExtras(sizes.cells);
  }

 private:
  void AddExtras(std::int64_t cells) {
    bias = RandomFloats(4 * cells, 4);
    input_peephole = RandomFloats(cells, 5);
    forget_peephole = RandomFloats(cells, 6);
    output_peephole = RandomFloats(cells, 7);
    weights.bias = bias;
    weights.forget_bias = 1;
    weights.input_peephole = input_peephole;
    weights.forget_peephole = forget_peephole;
    weights.output_peephole = output_peephole;
    weights.gate_clip = 2.0F;
    weights.cell_clip = 0.8F;
    weights.projection_clip = 0.3F;
  }
};

const std::vector<Sizes> kSizes = {{1, 1},   {3, 2},      {17, 5},    {2, 16},      {5, 17},        {64, 63},
                                   {63, 64}, {17, 65, 1}, {5, 17, 3}, {65, 64, 33}, {494, 200, 100}};

class LstmTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(LstmTest, AgreesWithItsDefinitionInDouble) {
  for (const Sizes& sizes : kSizes) {
    for (const Extras extras : {Extras::kNone, Extras::kAll}) {
      const Constants constants(sizes, kTensorFlowLstmGates, extras);
      const LstmLayer layer(constants.weights, two_);
      Call actual(sizes, {.frames = 5, .batch = 3});
      Call expected = actual;
      Perform(layer, actual, two_);
      ReferenceLstm(constants.weights, expected.extent, expected.arguments());
      ExpectNear(actual.h_all, expected.h_all, 3e-6F);
      ExpectNear(actual.c_all, expected.c_all, 3e-6F);
      ExpectNear(actual.c_last, expected.c_last, 3e-6F);
    }
  }
}

TEST_P(LstmTest, TakesInitialStatesWhoseRowsLieApart) {
  for (const Sizes& sizes : kSizes) {
    const Constants constants(sizes, kTensorFlowLstmGates, Extras::kAll);
    const LstmLayer layer(constants.weights, two_);
    Call expected(sizes, {.frames = 3, .batch = 50});
    Call apart = expected;
    Perform(layer, expected, two_);
    std::vector<std::vector<float>> owned;
    std::vector<const std::byte*> h_rows, c_rows;
    for (std::int64_t row = 0; row < apart.extent.batch; ++row) {
      for (const bool is_h : {true, false}) {
        const std::int64_t count = is_h ? sizes.outputs() : sizes.cells;
        const auto part = Part(is_h ? apart.initial_h : apart.initial_c, row * count, count);
        owned.emplace_back(part.begin(), part.end());
        (is_h ? h_rows : c_rows).push_back(reinterpret_cast<const std::byte*>(owned.back().data()));
      }
    }
    LstmArguments arguments = apart.arguments();
    arguments.initial_h = {};
    arguments.initial_c = {};
    arguments.h_rows = h_rows;
    arguments.c_rows = c_rows;
    AlignedBuffer scratch(layer.ScratchBytes(apart.extent));
    layer.Run(apart.extent, arguments, scratch.span(), two_);
    EXPECT_EQ(apart.h_all, expected.h_all);
    EXPECT_EQ(apart.c_last, expected.c_last);
  }
}

TEST_P(LstmTest, OfAnyGateOrderIsTheSameLayer) {
  const Sizes sizes{6, 20};
  const Constants tensorflow(sizes, kTensorFlowLstmGates, Extras::kAll);
  // The same weights with the gates' places exchanged: f, i, c, o.
  const auto reordered = [&](const WeightSource& source) {
    std::vector<float> values;
    for (std::int64_t k = 0; k < source.inputs; ++k) {
      for (const int gate : {2, 0, 1, 3}) {
        for (std::int64_t n = 0; n < sizes.cells; ++n) values.push_back(ElementOf(source, k, gate * sizes.cells + n));
      }
    }
    return DenseWeights(BytesOfFloats(values), source.inputs, source.outputs, WeightOrder::kInputsByOutputs);
  };
  Constants openvino(sizes, kOpenVinoLstmGates, Extras::kAll);
  openvino.weights.input = reordered(tensorflow.weights.input);
  openvino.weights.recurrent = reordered(tensorflow.weights.recurrent);
  std::vector<float> bias;
  for (const int gate : {2, 0, 1, 3}) {
    for (const float value : Part(tensorflow.bias, gate * sizes.cells, sizes.cells)) bias.push_back(value);
  }
  openvino.weights.bias = bias;
  Call a(sizes, {.frames = 3});
  Call b = a;
  Perform(LstmLayer(tensorflow.weights, one_), a, one_);
  Perform(LstmLayer(openvino.weights, one_), b, one_);
  EXPECT_TRUE(SameBits(a.h_all, b.h_all));
}

// Large enough for the team to work together, and for several stretches of frames to be computed ahead.
const Sizes kLargeSizes{.inputs = 100, .cells = 300, .projected = 270};

TEST_P(LstmTest, GivesManyFramesTheSameBitsAsFrameByFrame) {
  const Constants constants(kLargeSizes, kTensorFlowLstmGates, Extras::kAll);
  const LstmLayer layer(constants.weights, two_);
  constexpr std::int64_t kFrames = 53;
  Call whole(kLargeSizes, {.frames = kFrames, .batch = 2});
  Perform(layer, whole, two_);
  Call step(kLargeSizes, {.frames = 1, .batch = 2});
  const std::int64_t inputs = 2 * kLargeSizes.inputs, outputs = 2 * kLargeSizes.projected,
                     cells = 2 * kLargeSizes.cells;
  for (std::int64_t frame = 0; frame < kFrames; ++frame) {
    std::ranges::copy(Part(whole.x, frame * inputs, inputs), step.x.begin());
    Perform(layer, step, one_);
    ASSERT_TRUE(SameBits(step.h_all, Part(whole.h_all, frame * outputs, outputs))) << "frame " << frame;
    ASSERT_TRUE(SameBits(step.c_all, Part(whole.c_all, frame * cells, cells))) << "frame " << frame;
    step.initial_h = step.h_all;
    step.initial_c = step.c_all;
  }
  EXPECT_TRUE(SameBits(whole.c_last, step.c_all));
}

TEST_P(LstmTest, GivesARowTheSameBitsInAnyBatch) {
  const Constants constants(kLargeSizes, kTensorFlowLstmGates, Extras::kAll);
  const LstmLayer layer(constants.weights, two_);
  ExpectSameBitsInBatches(layer, kLargeSizes, std::array<std::int64_t, 4>{2, 5, 16, 50}, one_, two_);
}

TEST_P(LstmTest, GivesTheSameBitsWithTheInputsPartOfTheGatesGiven) {
  for (const Sizes& sizes : {kLargeSizes, Sizes{5, 17, 3}, Sizes{3, 2}}) {
    for (const LstmExtent extent : {LstmExtent{.frames = 1, .batch = 1},
                                    LstmExtent{.frames = 3, .batch = 2, .order = SequenceOrder::kBatchFirst}}) {
      const Constants constants(sizes, kOpenVinoLstmGates, Extras::kAll);
      Call whole(sizes, extent);
      Perform(LstmLayer(constants.weights, two_), whole, two_);
      std::vector<float> gates(AsSize(extent.frames * extent.batch * 4 * sizes.cells));
      Multiply(PackedMatrix(constants.weights.input, two_), whole.x, extent.frames * extent.batch, gates, {}, two_);
      LstmWeights rest = constants.weights;
      rest.input = InputsOf(rest.input, 0, 0);
      const LstmLayer layer(rest, two_);
      Call given(sizes, extent);
      LstmArguments arguments = given.arguments();
      arguments.x = {};
      arguments.input_gates = gates;
      AlignedBuffer scratch(layer.ScratchBytes(extent, two_));
      layer.Run(extent, arguments, scratch.span(), two_);
      EXPECT_TRUE(SameBits(given.h_all, whole.h_all));
      EXPECT_TRUE(SameBits(given.c_all, whole.c_all));
      ReferenceLstm(rest, extent, arguments);
      ExpectNear(given.h_all, whole.h_all, 3e-6F);
    }
  }
}

TEST_P(LstmTest, KeepsTheCellsInPlaceWhenOnlyTheLastAreWanted) {
  const Constants constants(kLargeSizes, kTensorFlowLstmGates, Extras::kNone);
  const LstmLayer layer(constants.weights, two_);
  Call all(kLargeSizes, {.frames = 7, .batch = 3});
  Call last = all;
  last.c_all.clear();
  Perform(layer, all, two_);
  Perform(layer, last, two_);
  EXPECT_TRUE(SameBits(all.h_all, last.h_all));
  EXPECT_TRUE(SameBits(all.c_last, last.c_last));
}

TEST_P(LstmTest, OverNoFramesKeepsItsCells) {
  const Sizes sizes{3, 20};
  const LstmLayer layer(Constants(sizes, kTensorFlowLstmGates, Extras::kNone).weights, one_);
  Call call(sizes, {.frames = 0, .batch = 2});
  Perform(layer, call, one_);
  EXPECT_EQ(call.c_last, call.initial_c);
}

TEST_P(LstmTest, KeepsNanInItsRow) {
  const Sizes sizes{3, 20};
  const LstmLayer layer(Constants(sizes, kTensorFlowLstmGates, Extras::kAll).weights, one_);
  Call clean(sizes, {.frames = 2, .batch = 3});
  Call spoiled = clean;
  spoiled.initial_h[20] = std::numeric_limits<float>::quiet_NaN();  // row 1
  Perform(layer, clean, one_);
  Perform(layer, spoiled, one_);
  for (std::int64_t at = 0; at < std::ssize(clean.h_all); ++at) {
    const bool second_row = at / 20 % 3 == 1;
    ASSERT_EQ(std::isnan(spoiled.h_all[AsSize(at)]), second_row);
    if (!second_row) {
      ASSERT_EQ(spoiled.h_all[AsSize(at)], clean.h_all[AsSize(at)]);
    }
  }
}

// sin(0.7 n + phase): constants that TensorFlow and OpenVINO were given too.
std::vector<float> Wave(std::int64_t count, double phase) {
  std::vector<float> values;
  for (std::int64_t n = 0; n < count; ++n)
    values.push_back(static_cast<float>(std::sin(static_cast<double>(n) * 0.7 + phase)));
  return values;
}

// Two cells, three inputs, three frames, two rows.
Call WaveCall(SequenceOrder order) {
  Call call({3, 2}, {.frames = 3, .batch = 2, .order = order});
  call.x = Wave(18, 0.1);
  call.initial_c = Wave(4, 0.2);
  call.initial_h = Wave(4, 0.3);
  return call;
}

struct WaveKernel {
  std::vector<float> bias = Wave(8, 0.5), wci = Wave(2, 0.6), wcf = Wave(2, 0.7), wco = Wave(2, 0.8);
  LstmWeights weights;

  WaveKernel() {  // TensorFlow's: [x; h] by i, ci, f, o
    const auto kernel = DenseWeights(BytesOfFloats(Wave(40, 0.4)), 5, 8, WeightOrder::kInputsByOutputs);
    weights.input = InputsOf(kernel, 0, 3);
    weights.recurrent = InputsOf(kernel, 3, 2);
    weights.bias = bias;
    weights.forget_bias = 1;
  }
};

TEST_P(LstmTest, GivesTheValuesOfTensorFlowsBlockLstm) {
  const WaveKernel kernel;
  Call call = WaveCall(SequenceOrder::kFramesFirst);
  Perform(LstmLayer(kernel.weights, one_), call, one_);
  ExpectNear(call.c_all,
             std::vector<float>{0.360407174F, 1.14508665F, 1.15137696F, 1.02159834F, -0.362509489F, 0.426332057F,
                                1.34440315F, 1.41393209F, 0.467351794F, 0.625010729F, 0.152334809F, 0.639864802F},
             1e-6F);
  ExpectNear(call.h_all,
             std::vector<float>{0.112879306F, 0.110420771F, 0.265821487F, 0.191046715F, -0.239765778F, 0.321651757F,
                                0.174469233F, 0.0861497F, 0.0654797032F, 0.135134086F, 0.104742289F, 0.448961139F},
             1e-6F);
}

TEST_P(LstmTest, GivesTheValuesOfTensorFlowsBlockLstmWithPeepholesAndCellClip) {
  WaveKernel kernel;
  kernel.weights.input_peephole = kernel.wci;
  kernel.weights.forget_peephole = kernel.wcf;
  kernel.weights.output_peephole = kernel.wco;
  kernel.weights.cell_clip = 0.7F;
  Call call = WaveCall(SequenceOrder::kFramesFirst);
  Perform(LstmLayer(kernel.weights, one_), call, one_);
  ExpectNear(call.c_all,
             std::vector<float>{0.377693117F, 0.699999988F, 0.699999988F, 0.699999988F, -0.363917232F, 0.0711203814F,
                                0.699999988F, 0.699999988F, 0.513659596F, 0.550264478F, -0.162384212F, 0.0796085596F},
             1e-6F);
  ExpectNear(call.h_all,
             std::vector<float>{0.14023228F, 0.144611672F, 0.267692924F, 0.240894064F, -0.224123493F, 0.0577332675F,
                                0.182750881F, 0.109701686F, 0.0788580626F, 0.162949085F, -0.10842371F, 0.0642976612F},
             1e-6F);
}

TEST_P(LstmTest, GivesTheValuesOfOpenVinosLstmSequenceWithClip) {
  const auto bias = Wave(8, 0.6);
  LstmWeights weights;
  weights.input = DenseWeights(BytesOfFloats(Wave(24, 0.4)), 3, 8, WeightOrder::kOutputsByInputs);
  weights.recurrent = DenseWeights(BytesOfFloats(Wave(16, 0.5)), 2, 8, WeightOrder::kOutputsByInputs);
  weights.order = kOpenVinoLstmGates;
  weights.bias = bias;
  weights.gate_clip = 0.5F;
  Call call = WaveCall(SequenceOrder::kBatchFirst);
  Perform(LstmLayer(weights, one_), call, one_);
  ExpectNear(
      call.h_all,
      std::vector<float>{-0.0315965116F, 0.0744954422F, 0.0734327734F, -0.0808410496F, -0.0581685267F, 0.0274688005F,
                         0.261450291F, 0.117765993F, 0.174887657F, -0.0208694693F, -0.0158380158F, 0.0542005189F},
      1e-6F);
  ExpectNear(call.c_last, std::vector<float>{-0.155309021F, 0.0728859901F, -0.0419751257F, 0.144560739F}, 1e-6F);
}

INSTANTIATE_TEST_SUITE_P(Every, LstmTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(LstmLayer, RefusesSizesThatContradictEachOther) {
  const Sizes sizes{3, 20};
  const auto expect_refusal = [&](auto spoil) {
    Constants constants(sizes, kTensorFlowLstmGates, Extras::kAll);
    spoil(constants.weights);
    EXPECT_THROW(LstmLayer{constants.weights}, Error);
  };
  const std::vector<float> short_vector(19);
  expect_refusal([&](LstmWeights& weights) { weights.bias = short_vector; });
  expect_refusal([&](LstmWeights& weights) { weights.output_peephole = short_vector; });
  expect_refusal([&](LstmWeights& weights) { weights.recurrent = InputsOf(weights.recurrent, 0, 19); });
  expect_refusal([&](LstmWeights& weights) { weights.projection = weights.input; });
  expect_refusal([&](LstmWeights& weights) { weights.recurrent.outputs = 79; });
}

}  // namespace
}  // namespace stepwell::kernels
