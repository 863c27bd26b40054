#include "stepwell/ops/reduce/reduce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "stepwell/ops/registry.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/rows_for_floats.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::reduce {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using testing::RandomInt;

Tensor AxesTensor(std::vector<std::int64_t> axes) {
  return Tensor::Of<std::int64_t>({static_cast<Dim>(axes.size())}, std::span<const std::int64_t>(axes));
}

Shape InferredShape(bool keep_dims, const Shape& x, std::vector<std::int64_t> axes) {
  ReduceSum op;
  op.keep_dims = keep_dims;
  const ir::ConstantData constant = testing::ConstantOf(AxesTensor(std::move(axes)));
  const std::array<ir::InferContext::InputFacts, 2> facts = {{{{DType::kF32, x}}, {constant.type, &constant}}};
  return op.Infer(ir::InferContext(facts)).at(0).shape;
}

class ReductionsOfFloats : public ::testing::TestWithParam<ReduceFunction> {};

TEST_P(ReductionsOfFloats, ComputeFastWhatTheFunctionSays) {
  const auto op = MakeOp(GetParam().name);
  testing::Random random(1);
  for (int round = 0; round < 200; ++round) {
    const Shape shape = testing::RandomShape(random, static_cast<int>(RandomInt(random, 1, 4)), 40 >> (round % 4));
    std::vector<std::int64_t> axes;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (RandomInt(random, 0, 1) == 1) axes.push_back(axis - (round % 2 == 0 ? shape.rank() : 0));
    }
    const std::array inputs = {testing::RandomFloats(random, shape, 0.9, 1.1), AxesTensor(axes)};
    const Tensor fast = testing::RunOnConstants(*op, inputs, KernelSet::kFast);
    const Tensor reference = testing::RunOnConstants(*op, inputs, KernelSet::kReference);
    ASSERT_EQ(fast.type(), reference.type());
    for (std::size_t i = 0; i < fast.as<float>().size(); ++i) {
      ASSERT_NEAR(fast.as<float>()[i] / reference.as<float>()[i], 1, 4e-6) << ToText(shape);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReductionsOfFloats, ::testing::ValuesIn(testing::RowsForFloats(kReduceFunctions)),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ReduceInfer, DropsOrKeepsTheAxes) {
  EXPECT_EQ(InferredShape(false, {kDynamic, 3, 4}, {1}), (Shape{kDynamic, 4}));
  EXPECT_EQ(InferredShape(true, {kDynamic, 3, 4}, {0, -1}), (Shape{1, 3, 1}));
  EXPECT_EQ(InferredShape(false, {kDynamic, 3}, {}), (Shape{kDynamic, 3}));
  EXPECT_EQ(InferredShape(false, Shape::UnknownRank(), {1}), Shape::UnknownRank());
}

TEST(ReduceInfer, KnowsAtMostTheRankWhereAxesAreComputed) {
  ReduceMax op;
  const auto inferred = [&](const Shape& axes) {
    return testing::InferredType(op, std::array{TensorType{DType::kF32, {2, 3, 4}}, TensorType{DType::kI32, axes}});
  };
  EXPECT_EQ(inferred({2}).shape, Shape{kDynamic});
  EXPECT_EQ(inferred({}).shape, (Shape{kDynamic, kDynamic}));
  EXPECT_EQ(inferred({kDynamic}).shape, Shape::UnknownRank());
  op.keep_dims = true;
  EXPECT_EQ(inferred({kDynamic}).shape, (Shape{kDynamic, kDynamic, kDynamic}));
}

TEST(ReduceInfer, RefusesWhatDoesNotFit) {
  EXPECT_EQ(MessageOf([] { InferredShape(false, {2, 3}, {2}); }), "axis 2 is outside a tensor of rank 2");
  const auto message = [](const ir::Op& op, DType x, DType axes) {
    return MessageOf([&] { testing::InferredType(op, std::array{TensorType{x, {2}}, TensorType{axes, {1}}}); });
  };
  EXPECT_EQ(message(ReduceSum(), DType::kBool, DType::kI32), "ReduceSum takes numbers; the input is of type boolean");
  EXPECT_EQ(message(ReduceLogicalAnd(), DType::kF32, DType::kI32),
            "ReduceLogicalAnd takes booleans; the input is of type f32");
  EXPECT_EQ(message(ReduceSum(), DType::kF32, DType::kF32),
            "the axes of a reduction must be an integer or a vector of integers; found f32[1]");
}

TEST(ReduceInferInts, MultipliesExtents) {
  const ir::PartialInts known = {2, 3, 4}, axis = {0};
  const std::array<ir::InferContext::InputFacts, 2> facts = {
      {{{DType::kI64, {3}}, nullptr, &known}, {{DType::kI64, {1}}, nullptr, &axis}}};
  EXPECT_THAT(ReduceProd().InferInts(ir::InferContext(facts)), Optional(ElementsAre(Optional(24))));
  EXPECT_THAT(ReduceMax().InferInts(ir::InferContext(facts)), Optional(ElementsAre(Optional(4))));
}

}  // namespace
}  // namespace stepwell::ops::reduce
