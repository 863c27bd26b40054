#include "stepwell/ops/elementwise/unary.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <string>

#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/registry.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/rows_for_floats.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::elementwise {
namespace {

using testing::InferredType;
using testing::RunOnConstants;

// How many floats lie between the two.
std::int64_t UlpsBetween(float a, float b) {
  const auto ordered = [](float value) -> std::int64_t {
    const auto bits = std::bit_cast<std::int32_t>(value);
    return bits < 0 ? std::int64_t{std::numeric_limits<std::int32_t>::min()} - bits : bits;
  };
  return std::abs(ordered(a) - ordered(b));
}

// Two functions are one op, Round.
std::string TestNameOf(const ::testing::TestParamInfo<UnaryFunction>& row) {
  return std::string(row.param.name) + (row.param.id == Unary::kRoundFromZero ? "FromZero" : "");
}

std::shared_ptr<const ir::Op> OpOfRow(const UnaryFunction& row) {
  if (row.id != Unary::kRoundFromZero) return MakeOp(row.name);
  Round round;
  round.halves = Round::Halves::kFromZero;
  return std::make_shared<Round>(round);
}

class UnaryOpsOfFloats : public ::testing::TestWithParam<UnaryFunction> {};

TEST_P(UnaryOpsOfFloats, ComputeFastWhatTheFunctionSays) {
  const UnaryFunction& row = GetParam();
  testing::Random random(1);
  for (Dim size = 1; size < 70; ++size) {
    const Tensor x = testing::RandomFloats(random, {size}, row.low, row.high);
    const Tensor y = RunOnConstants(*OpOfRow(row), std::array{x.Clone()}, KernelSet::kFast);
    for (std::size_t i = 0; i < AsSize(size); ++i) {
      const auto expected = static_cast<float>(row.real(static_cast<double>(x.as<float>()[i])));
      ASSERT_LE(UlpsBetween(y.as<float>()[i], expected), row.max_ulp) << x.as<float>()[i];
    }
  }
}

TEST_P(UnaryOpsOfFloats, KeepNotANumber) {
  const UnaryFunction& row = GetParam();
  const Tensor x = Tensor::Of<float>({1}, std::array{std::numeric_limits<float>::quiet_NaN()});
  for (const KernelSet set : {KernelSet::kReference, KernelSet::kFast}) {
    EXPECT_TRUE(std::isnan(RunOnConstants(*OpOfRow(row), std::array{x.Clone()}, set).as<float>()[0]));
  }
}

INSTANTIATE_TEST_SUITE_P(All, UnaryOpsOfFloats, ::testing::ValuesIn(testing::RowsForFloats(kUnaryFunctions)),
                         TestNameOf);

class UnaryOps : public ::testing::TestWithParam<UnaryFunction> {};

TEST_P(UnaryOps, KeepTheTypeAndTheDynamicShapeOfTheirInput) {
  const auto op = OpOfRow(GetParam());
  const DType dtype = GetParam().real != nullptr ? DType::kF64 : DType::kBool;
  for (const Shape& shape : {Shape{2, kDynamic}, Shape::UnknownRank(), Shape{}}) {
    EXPECT_EQ(InferredType(*op, std::array{TensorType{dtype, shape}}), (TensorType{dtype, shape}));
  }
}

INSTANTIATE_TEST_SUITE_P(All, UnaryOps, ::testing::ValuesIn(kUnaryFunctions), TestNameOf);

TEST(UnaryOpInfer, RefusesTypesTheFunctionIsNotDefinedFor) {
  EXPECT_EQ(MessageOf([] {
              InferredType(Tanh(), std::array{TensorType{DType::kI32, {2}}});
            }),
            "Tanh takes floats; the input is of type i32");
  EXPECT_EQ(MessageOf([] {
              InferredType(Abs(), std::array{TensorType{DType::kBool, {2}}});
            }),
            "Abs takes floats, integers; the input is of type boolean");
  EXPECT_EQ(MessageOf([] {
              InferredType(LogicalNot(), std::array{TensorType{DType::kF32, {2}}});
            }),
            "LogicalNot takes booleans; the input is of type f32");
}

TEST(UnaryOpInfer, RefusesAnotherNumberOfInputs) {
  EXPECT_EQ(MessageOf([] { InferredType(Relu(), {}); }), "1 inputs were expected and 0 found");
}

TEST(UnaryKernel, RefusesElementsItCannotComputeIn) {
  const Tensor x({DType::kF16, {2}});
  EXPECT_EQ(MessageOf([&] { RunOnConstants(Tanh(), std::array{x.Clone()}, KernelSet::kFast); }),
            "there is no Tanh for elements of type f16; convert them to f32 or i64 before");
}

TEST(Clamp, BoundsIntegersByWhatLiesBetween) {
  Clamp clamp;
  clamp.low = -1.5F;
  clamp.high = 2.5F;
  const Tensor x = Tensor::Of<std::int32_t>({5}, std::array{-3, -2, 0, 2, 3});
  const Tensor y = RunOnConstants(clamp, std::array{x.Clone()}, KernelSet::kFast);
  EXPECT_EQ(std::vector<std::int32_t>(y.as<std::int32_t>().begin(), y.as<std::int32_t>().end()),
            (std::vector<std::int32_t>{-1, -1, 0, 2, 2}));
}

TEST(Clamp, RefusesBoundsInTheWrongOrder) {
  Clamp clamp;
  clamp.low = 2;
  clamp.high = 1;
  EXPECT_EQ(MessageOf([&] {
              InferredType(clamp, std::array{TensorType{DType::kF32, {2}}});
            }),
            "Clamp needs min <= max; found 2 and 1");
}

}  // namespace
}  // namespace stepwell::ops::elementwise
