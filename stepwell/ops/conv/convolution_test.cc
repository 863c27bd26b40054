#include "stepwell/ops/conv/convolution.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::conv {
namespace {

using testing::RandomInt;

Shape InferredShape(const Window& window, const Shape& x, const Shape& weights) {
  Convolution op;
  op.window = window;
  return testing::InferredType(op, std::array{TensorType{DType::kF32, x}, TensorType{DType::kF32, weights}}).shape;
}

std::vector<std::int64_t> RandomPair(testing::Random& random, std::int64_t low, std::int64_t high) {
  return {RandomInt(random, low, high), RandomInt(random, low, high)};
}

TEST(Convolution, ComputesFastWhatTheDefinitionSays) {
  testing::Random random(1);
  for (int round = 0; round < 60; ++round) {
    Convolution op;
    op.window = {RandomPair(random, 1, 3), RandomPair(random, 1, 2), RandomPair(random, 0, 2), RandomPair(random, 0, 2),
                 static_cast<AutoPad>(RandomInt(random, 0, 3))};
    const Dim channels = RandomInt(random, 1, 5);
    const std::array inputs = {
        testing::RandomFloats(random, {RandomInt(random, 1, 3), channels, RandomInt(random, 7, 12), 9}),
        testing::RandomFloats(random, {RandomInt(random, 1, 20), channels, RandomInt(random, 1, 4), 3})};
    const Tensor fast = testing::RunOnConstants(op, inputs, KernelSet::kFast);
    const Tensor reference = testing::RunOnConstants(op, inputs, KernelSet::kReference);
    ASSERT_EQ(fast.type(), reference.type());
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      ASSERT_NEAR(fast.as<float>()[i], reference.as<float>()[i], 1e-4);
    }
  }
}

TEST(ConvolutionInfer, KnowsWhatDynamicShapesTell) {
  EXPECT_EQ(InferredShape({}, {kDynamic, 3, kDynamic, 10}, {8, 3, 2, 3}), (Shape{kDynamic, 8, kDynamic, 8}));
  EXPECT_EQ(InferredShape({}, Shape::UnknownRank(), {8, 3, 2, 3}), (Shape{kDynamic, 8, kDynamic, kDynamic}));
  EXPECT_EQ(InferredShape({}, {2, 3, 5, 10}, Shape::UnknownRank()), (Shape{2, kDynamic, kDynamic, kDynamic}));
  EXPECT_EQ(InferredShape({.strides = {2, 3}, .auto_pad = AutoPad::kSameUpper}, {1, 3, 5, 10}, {8, 3, 4, 4}),
            (Shape{1, 8, 3, 4}));
}

TEST(ConvolutionInfer, RefusesWhatDoesNotFit) {
  const auto message = [](const Window& window, const Shape& x, const Shape& weights) {
    return MessageOf([&] { InferredShape(window, x, weights); });
  };
  EXPECT_EQ(message({}, {1, 3, 5, 5}, {8, 4, 2, 2}),
            "Convolution takes [batch, channels, spatial...] and [outputs, channels, taps...]; found [1,3,5,5] and "
            "[8,4,2,2]");
  EXPECT_EQ(message({}, {1, 3, 2, 5}, {8, 3, 3, 3}),
            "a kernel of 3 taps with dilation 1 does not fit 2 elements with pads 0 and 0");
  EXPECT_EQ(message({.strides = {0, 1}}, {1, 3, 5, 5}, {8, 3, 2, 2}),
            "strides must be 2 numbers from 1 to 1073741824; found [0,1]");
  EXPECT_EQ(message({.pads_begin = {1}}, {1, 3, 5, 5}, {8, 3, 2, 2}),
            "pads_begin must be 2 numbers from 0 to 1073741824; found [1]");
}

TEST(ConvolutionInfer, SurvivesHostileExtents) {
  const Dim huge = std::numeric_limits<std::int64_t>::max();
  for (const AutoPad pad : {AutoPad::kExplicit, AutoPad::kSameUpper, AutoPad::kSameLower, AutoPad::kValid}) {
    const Window window{.strides = {1 << 30}, .dilations = {1 << 30}, .pads_begin = {1 << 30}, .auto_pad = pad};
    EXPECT_THROW(InferredShape(window, {1, 1, huge}, {1, 1, huge}), Error);
  }
}

}  // namespace
}  // namespace stepwell::ops::conv
