#include "stepwell/ops/softmax/softmax.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::softmax {
namespace {

template <class SoftmaxOp>
void ExpectFastEqualsReference(double bound) {
  testing::Random random(1);
  for (int round = 0; round < 100; ++round) {
    const Shape shape = testing::RandomShape(random, static_cast<int>(testing::RandomInt(random, 1, 3)), 40);
    SoftmaxOp op;
    op.axis = testing::RandomInt(random, -shape.rank(), shape.rank() - 1);
    const std::array x = {testing::RandomFloats(random, shape, -20, 20)};
    const Tensor fast = testing::RunOnConstants(op, x, KernelSet::kFast);
    const Tensor reference = testing::RunOnConstants(op, x, KernelSet::kReference);
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      ASSERT_NEAR(fast.as<float>()[i], reference.as<float>()[i], bound) << ToText(shape) << " axis " << op.axis;
    }
  }
}

TEST(SoftMax, ComputesFastWhatTheDefinitionSays) { ExpectFastEqualsReference<SoftMax>(1e-6); }
TEST(LogSoftmax, ComputesFastWhatTheDefinitionSays) { ExpectFastEqualsReference<LogSoftmax>(1e-5); }

TEST(SoftMaxInfer, RefusesWhatDoesNotFit) {
  SoftMax op;
  EXPECT_EQ(MessageOf([&] {
              testing::InferredType(op, std::array{TensorType{DType::kF32, {3}}});
            }),
            "axis 1 is outside a tensor of rank 1");
  EXPECT_EQ(MessageOf([&] {
              testing::InferredType(op, std::array{TensorType{DType::kI32, {3, 4}}});
            }),
            "a softmax takes floats; found i32[3,4]");
}

TEST(SoftMax, GivesNothingOfNothing) {
  const std::array x = {Tensor({DType::kF32, {3, 0}})};
  for (const KernelSet set : {KernelSet::kFast, KernelSet::kReference}) {
    EXPECT_EQ(testing::RunOnConstants(SoftMax(), x, set).type(), x[0].type());
  }
}

}  // namespace
}  // namespace stepwell::ops::softmax
