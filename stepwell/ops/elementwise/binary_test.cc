#include "stepwell/ops/elementwise/binary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "stepwell/ops/registry.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/rows_for_floats.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::elementwise {
namespace {

using ::testing::ElementsAre;
using testing::InferredType;
using ::testing::Optional;
using testing::RunOnConstants;

class BinaryOpsOfFloats : public ::testing::TestWithParam<BinaryFunction> {};

// Single operations of fp32 are exact roundings of the same operation in double; squared differences are two.
TEST_P(BinaryOpsOfFloats, ComputeFastWhatTheFunctionSays) {
  const BinaryFunction& row = GetParam();
  const auto op = MakeOp(row.name);
  testing::Random random(1);
  for (int round = 0; round < 100; ++round) {
    const Shape shape = testing::RandomShape(random, static_cast<int>(testing::RandomInt(random, 0, 4)), 6);
    std::array operands = {testing::RandomFloats(random, testing::RandomOperandOf(random, shape), 0.5),
                           testing::RandomFloats(random, testing::RandomOperandOf(random, shape), 0.5)};
    if (testing::RandomInt(random, 0, 1) == 0) std::swap(operands[0], operands[1]);
    const Tensor fast = RunOnConstants(*op, operands, KernelSet::kFast);
    const Tensor reference = RunOnConstants(*op, operands, KernelSet::kReference);
    ASSERT_EQ(fast.type(), reference.type());
    if (row.id == Binary::kSquaredDifference) {
      for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
        ASSERT_FLOAT_EQ(fast.as<float>()[i], reference.as<float>()[i]);
      }
    } else {
      ASSERT_TRUE(std::ranges::equal(fast.view().bytes(), reference.view().bytes()));
    }
  }
}

std::string TestNameOf(const ::testing::TestParamInfo<BinaryFunction>& row) {
  return (row.param.id == Binary::kTruncatedDivide ? "Truncated" : "") + std::string(row.param.name);
}

INSTANTIATE_TEST_SUITE_P(All, BinaryOpsOfFloats, ::testing::ValuesIn(testing::RowsForFloats(kBinaryFunctions)),
                         TestNameOf);

class BinaryOps : public ::testing::TestWithParam<BinaryFunction> {};

TEST_P(BinaryOps, BroadcastDynamicShapes) {
  const auto op = MakeOp(GetParam().name);
  const DType dtype = GetParam().real != nullptr ? DType::kF32 : DType::kBool;
  const DType result = GetParam().result == BinaryFunction::Result::kBool ? DType::kBool : dtype;
  const auto inferred = [&](const Shape& a, const Shape& b) {
    return InferredType(*op, std::array{TensorType{dtype, a}, TensorType{dtype, b}});
  };
  EXPECT_EQ(inferred({kDynamic, 1, 3}, {kDynamic, 1}), (TensorType{result, {kDynamic, kDynamic, 3}}));
  EXPECT_EQ(inferred({kDynamic, 4}, {4}), (TensorType{result, {kDynamic, 4}}));
  EXPECT_EQ(inferred({kDynamic}, {4}), (TensorType{result, {4}}));
  EXPECT_EQ(inferred(Shape::UnknownRank(), {4}), (TensorType{result, Shape::UnknownRank()}));
}

INSTANTIATE_TEST_SUITE_P(All, BinaryOps, ::testing::ValuesIn(kBinaryFunctions), TestNameOf);

TEST(BinaryKernel, GivesTheSameBitsWhenALargeTensorIsSharedAmongThreads) {
  testing::Random random(2);
  for (const Shape& other : {Shape{300, 401}, Shape{401}, Shape{}, Shape{300, 1}}) {
    const std::array operands = {testing::RandomFloats(random, {300, 401}), testing::RandomFloats(random, other)};
    const Tensor fast = RunOnConstants(Multiply(), operands, KernelSet::kFast);
    const Tensor reference = RunOnConstants(Multiply(), operands, KernelSet::kReference);
    EXPECT_TRUE(std::ranges::equal(fast.view().bytes(), reference.view().bytes())) << ToText(other);
  }
}

TEST(BinaryKernel, RaisesToConstantPowersFast) {
  testing::Random random(3);
  for (const float exponent : {2.0F, 3.0F, -0.5F, -1.0F, 1.5F}) {
    const std::array operands = {
        testing::RandomFloats(random, {5, 33}, exponent == -0.5F || exponent == 1.5F ? 0.1 : -3),
        Tensor::Of<float>({1}, std::array{exponent})};
    const Tensor fast = RunOnConstants(Power(), operands, KernelSet::kFast);
    const Tensor reference = RunOnConstants(Power(), operands, KernelSet::kReference);
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      ASSERT_FLOAT_EQ(fast.as<float>()[i], reference.as<float>()[i]) << exponent;
    }
  }
}

TEST(BinaryKernel, WrapsIntegersAndRefusesToDivideThemByZero) {
  const std::array extremes = {std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min()};
  const std::array ones = {1, -1};
  const std::array operands = {Tensor::Of<std::int32_t>({2}, extremes), Tensor::Of<std::int32_t>({2}, ones)};
  EXPECT_THAT(RunOnConstants(Add(), operands, KernelSet::kFast).as<std::int32_t>(),
              ElementsAre(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  EXPECT_THAT(RunOnConstants(Divide(), operands, KernelSet::kFast).as<std::int32_t>(),
              ElementsAre(extremes[0], extremes[1]));
  const std::array with_zero = {Tensor::Of<std::int32_t>({2}, extremes), Tensor({DType::kI32, {2}})};
  EXPECT_EQ(MessageOf([&] { RunOnConstants(FloorMod(), with_zero, KernelSet::kFast); }),
            "an integer is divided by zero");
}

TEST(BinaryOpInfer, RefusesOperandsThatDoNotFit) {
  const auto message = [](const TensorType& a, const TensorType& b) {
    return MessageOf([&] { InferredType(Add(), std::array{a, b}); });
  };
  EXPECT_EQ(message({DType::kF32, {2}}, {DType::kI32, {2}}),
            "the inputs of Add must have one type; found f32[2] and i32[2]");
  EXPECT_EQ(message({DType::kF32, {2, 3}}, {DType::kF32, {2}}), "shapes [2,3] and [2] do not broadcast");
  EXPECT_EQ(message({DType::kBool, {2}}, {DType::kBool, {2}}),
            "Add takes floats, integers; the input is of type boolean");
}

TEST(BinaryOpInfer, RefusesToBroadcastWhereTheFileForbidsIt) {
  Add add;
  add.auto_broadcast = AutoBroadcast::kNone;
  EXPECT_EQ(MessageOf([&] {
              InferredType(add, std::array{TensorType{DType::kF32, {2, 3}}, TensorType{DType::kF32, {3}}});
            }),
            "without broadcasting, shapes must be equal; found [2,3] and [3]");
}

std::optional<ir::PartialInts> InferredInts(const ir::Op& op, const ir::PartialInts& a, const ir::PartialInts& b) {
  const auto fact = [](const ir::PartialInts& ints) {
    return ir::InferContext::InputFacts{{DType::kI32, {static_cast<Dim>(ints.size())}}, nullptr, &ints};
  };
  const std::array facts = {fact(a), fact(b)};
  return op.InferInts(ir::InferContext(facts));
}

TEST(BinaryOpInferInts, ComputesWhatIsKnownOfShapes) {
  EXPECT_THAT(InferredInts(Multiply(), {2, std::nullopt, 4}, {3}),
              Optional(ElementsAre(Optional(6), std::optional<std::int64_t>(), Optional(12))));
  EXPECT_THAT(InferredInts(Divide(), {7, -7}, {2, 0}),
              Optional(ElementsAre(Optional(3), std::optional<std::int64_t>())));
  EXPECT_THAT(InferredInts(Add(), {2147483647}, {1}), Optional(ElementsAre(Optional(-2147483648))));
  EXPECT_EQ(InferredInts(Less(), {1}, {2}), std::nullopt);
}

}  // namespace
}  // namespace stepwell::ops::elementwise
