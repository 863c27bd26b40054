// Counts what the kernels allocate while they run: nothing.

#include <gtest/gtest.h>

#include <memory>

#include "stepwell/kernels/activation/activation.h"
#include "stepwell/kernels/conv/conv2d.h"
#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/gemm/matmul.h"
#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/kernels/softmax/softmax.h"
#include "stepwell/kernels/test_support.h"
#include "tests/support/count_allocations.h"

namespace stepwell::kernels {
namespace {

template <class Body>
std::size_t AllocationsOf(Body body) {
  body();  // the first call settles what is settled once
  const std::size_t before = testing::allocations;
  body();
  return testing::allocations - before;
}

SharedBytes Weights(std::int64_t elements) { return BytesOfFloats(RandomFloats(elements, 1)); }

TEST(Allocations, AreCounted) {
  const void* volatile seen = nullptr;  // so that the compiler leaves nothing out
  const auto allocate = [&] {
    const auto numbers = std::make_unique<std::vector<float>>(5);
    seen = numbers.get();
  };
  EXPECT_EQ(AllocationsOf(allocate), 2U);
}

TEST(Allocations, AreNotMadeByProducts) {
  WorkerTeam team(2);
  const PackedMatrix weights(DenseWeights(Weights(300 * 700), 300, 700, WeightOrder::kInputsByOutputs), team);
  const auto a = RandomFloats(50 * 300, 2), b = RandomFloats(300 * 700, 3);
  std::vector<float> out(50 * 700);
  EXPECT_EQ(AllocationsOf([&] { Multiply(weights, a, 50, out, {.low = 0}, team); }), 0U);
  const MatMulPlan plan({50, 300}, {300, 700}, Transposed::kNo, Transposed::kNo);
  AlignedBuffer scratch(plan.ScratchBytes(2));
  EXPECT_EQ(AllocationsOf([&] { plan.Run(a, b, out, scratch.span(), team); }), 0U);
}

TEST(Allocations, AreNotMadeByLstmLayers) {
  WorkerTeam team(2);
  const std::int64_t cells = 300, projected = 270;
  LstmWeights weights;
  weights.input = DenseWeights(Weights(100 * 4 * cells), 100, 4 * cells, WeightOrder::kInputsByOutputs);
  weights.recurrent = DenseWeights(Weights(projected * 4 * cells), projected, 4 * cells, WeightOrder::kInputsByOutputs);
  weights.projection = DenseWeights(Weights(cells * projected), cells, projected, WeightOrder::kInputsByOutputs);
  const LstmLayer layer(weights, team);
  const LstmExtent extent{.frames = 5, .batch = 3};
  const auto x = RandomFloats(15 * 100, 2), h = RandomFloats(3 * projected, 3), c = RandomFloats(3 * cells, 4);
  std::vector<float> h_all(AsSize(15 * projected)), c_all(AsSize(15 * cells));
  AlignedBuffer scratch(layer.ScratchBytes(extent));
  const LstmArguments arguments{.x = x, .initial_h = h, .initial_c = c, .h_all = h_all, .c_all = c_all};
  EXPECT_EQ(AllocationsOf([&] { layer.Run(extent, arguments, scratch.span(), team); }), 0U);
}

TEST(Allocations, AreNotMadeByProductsOfIntegers) {
  WorkerTeam team(2);
  const auto random = [](std::int64_t inputs, std::int64_t outputs) {
    const WeightOrder order = WeightOrder::kInputsByOutputs;
    const auto weights = RandomCompressed({DType::kI4, 20}, inputs, outputs, order, ActivationFormat::kInt8);
    return DenseWeights(LazyBytes(weights), inputs, outputs, order);
  };
  const PackedMatrix matrix(random(300, 700), team, PackedBlocks::Fresh(), Inputs::kOftenZero);
  const auto a = RandomFloats(50 * 300, 2), h = RandomFloats(3 * 300, 3), c = RandomFloats(3 * 300, 4);
  std::vector<float> out(50 * 700), h_all(15 * 300), c_all(15 * 300);
  AlignedBuffer scratch(MultiplyScratchBytes(matrix, 50));
  EXPECT_EQ(AllocationsOf([&] { Multiply(matrix, a, 50, out, {.low = 0}, team, scratch.span()); }), 0U);
  LstmWeights weights;
  weights.input = random(100, 1200);
  weights.recurrent = random(300, 1200);
  weights.projection = random(300, 300);
  const LstmLayer layer(weights, team);
  const LstmExtent extent{.frames = 5, .batch = 3};
  AlignedBuffer layer_scratch(layer.ScratchBytes(extent, team));
  const std::span<const float> x = std::span(a).first(15 * 100);
  const LstmArguments arguments{.x = x, .initial_h = h, .initial_c = c, .h_all = h_all, .c_all = c_all};
  EXPECT_EQ(AllocationsOf([&] { layer.Run(extent, arguments, layer_scratch.span(), team); }), 0U);
}

TEST(Allocations, AreNotMadeByElementwiseFunctionsAndSoftmax) {
  WorkerTeam team(2);
  const auto x = RandomFloats(100000, 1);
  std::vector<float> out(x.size());
  EXPECT_EQ(AllocationsOf([&] { Tanh(x, out, team); }), 0U);
  EXPECT_EQ(AllocationsOf([&] { Softmax(x, 100000, out, team); }), 0U);
  EXPECT_EQ(AllocationsOf([&] { Softmax(x, 10, out, team); }), 0U);
}

TEST(Allocations, AreNotMadeByCharacterConvolutions) {
  WorkerTeam team(2);
  const Conv2dShape shape{.in_height = 50, .in_width = 16, .out_channels = 200, .kernel_height = 7, .kernel_width = 16};
  const Conv2dPlan plan(shape, Weights(200 * 7 * 16), {}, Conv2dActivation::kRelu);
  const auto x = RandomFloats(50 * 16, 2);
  std::vector<float> out(200 * 44);
  EXPECT_EQ(AllocationsOf([&] { plan.Run(x, out, {}, team); }), 0U);
}

}  // namespace
}  // namespace stepwell::kernels
