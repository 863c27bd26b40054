#include <gtest/gtest.h>

#include <array>

#include "stepwell/ops/activation/gelu.h"
#include "stepwell/ops/activation/parametric.h"
#include "stepwell/ops/activation/prelu.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

// Values are compared in tests/golden_ops_test.cc.
namespace stepwell::ops::activation {
namespace {

using testing::InferredType;

constexpr DType kF32 = DType::kF32;

TEST(ActivationInfer, KeepsTheTypeAndTheDynamicShapeOfTheInput) {
  for (const Shape& shape : {Shape{2, kDynamic}, Shape::UnknownRank(), Shape{}}) {
    EXPECT_EQ(InferredType(Gelu(), std::array{TensorType{DType::kF64, shape}}), (TensorType{DType::kF64, shape}));
    EXPECT_EQ(InferredType(PRelu(), std::array{TensorType{kF32, shape}, TensorType{kF32, {1}}}),
              (TensorType{kF32, shape}));
  }
}

TEST(ActivationInfer, RefusesIntegersAndParametersOfManyElements) {
  EXPECT_EQ(MessageOf([] {
              InferredType(Gelu(), std::array{TensorType{DType::kI32, {2}}});
            }),
            "Gelu takes floats; the input is of type i32");
  EXPECT_EQ(MessageOf([] {
              InferredType(Swish(), std::array{TensorType{kF32, {2}}, TensorType{kF32, {2}}});
            }),
            "input 1 of Swish must be one f32; found f32[2]");
}

TEST(ActivationInfer, RefusesASlopeLargerThanItsInput) {
  EXPECT_EQ(MessageOf([] {
              InferredType(PRelu(), std::array{TensorType{kF32, {1, 3}}, TensorType{kF32, {2, 3}}});
            }),
            "the slope of PRelu must broadcast to [1,3]; found f32[2,3]");
}

TEST(Gelu, IsTheSameFastAndPlain) {
  testing::Random random(1);
  for (const Gelu::Form form : {Gelu::Form::kErf, Gelu::Form::kTanh}) {
    const std::array x = {testing::RandomFloats(random, {5, 37}, -6, 6)};
    const Tensor fast = testing::RunOnConstants(Gelu(form), x, KernelSet::kFast);
    const Tensor plain = testing::RunOnConstants(Gelu(form), x, KernelSet::kReference);
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      EXPECT_NEAR(fast.as<float>()[i], plain.as<float>()[i], 2e-6F);
    }
  }
}

}  // namespace
}  // namespace stepwell::ops::activation
