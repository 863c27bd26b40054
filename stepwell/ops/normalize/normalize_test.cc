#include <gtest/gtest.h>

#include <array>

#include "stepwell/ops/normalize/layer_norm.h"
#include "stepwell/ops/normalize/mvn.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

// Values of MVN-6 are compared in tests/golden_ops_test.cc.
namespace stepwell::ops::normalize {
namespace {

constexpr DType kF32 = DType::kF32;

void ExpectNear(const Tensor& actual, const Tensor& expected) {
  ASSERT_EQ(actual.type(), expected.type());
  for (std::size_t i = 0; i < actual.as<float>().size(); ++i) {
    EXPECT_NEAR(actual.as<float>()[i], expected.as<float>()[i], 2e-6F) << i;
  }
}

TEST(Mvn, OfOpset2TakesEachChannelOrEachImage) {
  testing::Random random(1);
  const Tensor x = testing::RandomFloats(random, {2, 3, 4, 5});
  for (const KernelSet set : {KernelSet::kReference, KernelSet::kFast}) {
    Mvn older, newer;
    older.eps = newer.eps = 1e-3F;
    older.eps_mode = Mvn::EpsMode::kOfOpset2;
    const auto with_axes = [&](std::span<const std::int64_t> axes) {
      const Shape shape = {std::ssize(axes)};
      return testing::RunOnConstants(newer, std::array{x.Clone(), Tensor::Of<std::int64_t>(shape, axes)}, set);
    };
    EXPECT_EQ(older.opset(), "opset2");
    ExpectNear(testing::RunOnConstants(older, std::array{x.Clone()}, set),
               with_axes(std::array<std::int64_t, 2>{2, 3}));
    older.across_channels = true;
    ExpectNear(testing::RunOnConstants(older, std::array{x.Clone()}, set),
               with_axes(std::array<std::int64_t, 3>{1, 2, 3}));
  }
}

TEST(Mvn, RefusesIntegersAndAnotherNumberOfInputs) {
  EXPECT_EQ(MessageOf([] {
              testing::InferredType(Mvn(), std::array{TensorType{DType::kI32, {2}}, TensorType{DType::kI64, {1}}});
            }),
            "MVN takes floats; the input is of type i32");
  EXPECT_EQ(MessageOf([] {
              testing::InferredType(Mvn(), std::array{TensorType{kF32, {2}}});
            }),
            "2 inputs were expected and 1 found");
}

TEST(Mvn, OfNothingIsNothing) {
  Mvn op;
  op.eps_mode = Mvn::EpsMode::kOfOpset2;
  for (const KernelSet set : {KernelSet::kReference, KernelSet::kFast}) {
    EXPECT_EQ(testing::RunOnConstants(op, std::array{Tensor({kF32, {2, 0, 3, 3}})}, set).as<float>().size(), 0U);
  }
}

TEST(LayerNorm, IsTheSameFastAndPlain) {
  testing::Random random(2);
  for (const Shape& shape : {Shape{7}, Shape{4, 33}, Shape{2, 3, 64}}) {
    const Dim length = shape[shape.rank() - 1];
    const std::array inputs = {testing::RandomFloats(random, shape), testing::RandomFloats(random, {length}),
                               testing::RandomFloats(random, {length})};
    LayerNorm op;
    op.eps = 1e-3F;
    ExpectNear(testing::RunOnConstants(op, inputs, KernelSet::kFast),
               testing::RunOnConstants(op, inputs, KernelSet::kReference));
  }
}

TEST(LayerNorm, RefusesRowsOfAnotherLength) {
  EXPECT_EQ(MessageOf([] {
              testing::InferredType(LayerNorm(),
                                    std::array{TensorType{kF32, {2, 3}}, TensorType{kF32, {3}}, TensorType{kF32, {4}}});
            }),
            "LayerNorm takes f32 and two rows as long as its last axis; found f32[2,3] and f32[4]");
}

}  // namespace
}  // namespace stepwell::ops::normalize
