#include "stepwell/ops/matmul/matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "stepwell/ops/matmul/fully_connected.h"
#include "tests/support/message_of.h"
#include "tests/support/random_tensor.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::matmul {
namespace {

using testing::InferredType;
using testing::RandomInt;
using testing::RunOnConstants;

// fp32 sums of `terms` products of numbers up to 3 against sums in double.
void ExpectNear(const Tensor& found, const Tensor& expected, std::int64_t terms) {
  ASSERT_EQ(found.type(), expected.type());
  const double bound = 9.0 * static_cast<double>(terms) * 6e-8 * (1 + std::sqrt(static_cast<double>(terms)));
  for (std::size_t i = 0; i < expected.as<float>().size(); ++i) {
    ASSERT_NEAR(found.as<float>()[i], expected.as<float>()[i], bound) << "element " << i;
  }
}

Shape Matrix(Shape leading, Dim rows, Dim columns) {
  leading.Append(rows);
  leading.Append(columns);
  return leading;
}

TEST(MatMul, ComputesFastWhatTheDefinitionSays) {
  testing::Random random(1);
  for (int round = 0; round < 200; ++round) {
    MatMul op;
    op.transpose_a = RandomInt(random, 0, 1) == 1;
    op.transpose_b = RandomInt(random, 0, 1) == 1;
    const Dim m = RandomInt(random, 1, 9), k = RandomInt(random, 1, 40), n = RandomInt(random, 1, 80);
    const Shape leading = testing::RandomShape(random, static_cast<int>(RandomInt(random, 0, 2)), 3);
    const Shape a = Matrix(testing::RandomOperandOf(random, leading), op.transpose_a ? k : m, op.transpose_a ? m : k);
    const Shape b = Matrix(testing::RandomOperandOf(random, leading), op.transpose_b ? n : k, op.transpose_b ? k : n);
    const std::array operands = {testing::RandomFloats(random, a), testing::RandomFloats(random, b)};
    const Tensor expected = RunOnConstants(op, operands, KernelSet::kReference);
    ExpectNear(RunOnConstants(op, operands, KernelSet::kFast), expected, k);
    ExpectNear(testing::RunOnInputs(std::make_shared<MatMul>(op), operands, KernelSet::kFast), expected, k);
  }
}

TEST(MatMulInfer, KnowsWhatDynamicShapesTell) {
  MatMul op;
  const auto inferred = [&](const Shape& a, const Shape& b) {
    return InferredType(op, std::array{TensorType{DType::kF32, a}, TensorType{DType::kF32, b}}).shape;
  };
  EXPECT_EQ(inferred({kDynamic, 3}, {3, 4}), (Shape{kDynamic, 4}));
  EXPECT_EQ(inferred({kDynamic, kDynamic}, {3, 4}), (Shape{kDynamic, 4}));
  EXPECT_EQ(inferred({2, kDynamic, 5, 3}, {7, 3, 4}), (Shape{2, 7, 5, 4}));
  EXPECT_EQ(inferred({3}, {2, 3, 4}), (Shape{2, 4}));
  EXPECT_EQ(inferred({2, 5, 3}, {3}), (Shape{2, 5}));
  EXPECT_EQ(inferred({3}, {3}), Shape{});
  EXPECT_EQ(inferred(Shape::UnknownRank(), {3, 4}), Shape::UnknownRank());
  op.transpose_a = true;
  op.transpose_b = true;
  EXPECT_EQ(inferred({3, kDynamic}, {4, 3}), (Shape{kDynamic, 4}));
}

TEST(MatMulInfer, RefusesOperandsThatDoNotFit) {
  const auto message = [](const TensorType& a, const TensorType& b, bool transpose_b) {
    MatMul op;
    op.transpose_b = transpose_b;
    return MessageOf([&] { InferredType(op, std::array{a, b}); });
  };
  EXPECT_EQ(message({DType::kF32, {2, 3}}, {DType::kF32, {3, 4}}, true),
            "cannot multiply [2,3] by [3,4] (transposed): the summed axes are 3 and 4 long");
  EXPECT_EQ(message({DType::kF32, {2, 3}}, {DType::kF64, {3, 4}}, false),
            "the inputs of MatMul must have one numeric type; found f32[2,3] and f64[3,4]");
  EXPECT_EQ(message({DType::kF32, {}}, {DType::kF32, {3, 4}}, false),
            "MatMul takes tensors of rank 1 or more; found [] and [3,4]");
}

FullyConnected RandomFullyConnected(testing::Random& random) {
  FullyConnected op;
  op.transpose_b = RandomInt(random, 0, 1) == 1;
  op.activation = static_cast<FullyConnected::Activation>(RandomInt(random, 0, 2));
  if (RandomInt(random, 0, 1) == 1) op.low = 0;
  if (RandomInt(random, 0, 1) == 1) op.high = 0.75F;
  return op;
}

TEST(FullyConnected, ComputesFastWhatTheDefinitionSays) {
  testing::Random random(2);
  for (int round = 0; round < 200; ++round) {
    const FullyConnected op = RandomFullyConnected(random);
    const Dim k = RandomInt(random, 1, 40), n = RandomInt(random, 1, 80);
    Shape x = testing::RandomShape(random, static_cast<int>(RandomInt(random, 0, 2)), 4);
    x.Append(k);
    std::vector<Tensor> inputs;
    inputs.push_back(testing::RandomFloats(random, x));
    inputs.push_back(testing::RandomFloats(random, op.transpose_b ? Shape{n, k} : Shape{k, n}));
    if (RandomInt(random, 0, 1) == 1) inputs.push_back(testing::RandomFloats(random, {n}));
    ExpectNear(RunOnConstants(op, inputs, KernelSet::kFast), RunOnConstants(op, inputs, KernelSet::kReference), k + 1);
  }
}

TEST(FullyConnectedInfer, RefusesWhatDoesNotFit) {
  const auto message = [](std::vector<TensorType> types) {
    return MessageOf([&] { InferredType(FullyConnected(), types); });
  };
  EXPECT_EQ(message({{DType::kF32, {2, 3}}, {DType::kF32, {4, 5}}}),
            "the last axis of [2,3] must be as long as the weights [4,5] have inputs, 4");
  EXPECT_EQ(message({{DType::kF32, {2, 4}}, {DType::kF32, {4, 5}}, {DType::kF32, {4}}}),
            "the bias of FullyConnected must be f32[5]; found f32[4]");
}

TEST(FullyConnected, RefusesComputedWeights) {
  const std::array inputs = {Tensor({DType::kF32, {1, 2}}), Tensor({DType::kF32, {2, 2}})};
  EXPECT_EQ(MessageOf([&] { testing::RunOnInputs(std::make_shared<FullyConnected>(), inputs, KernelSet::kFast); }),
            "the weights of FullyConnected must be constant\n  while running node 'op' (FullyConnected)");
}

}  // namespace
}  // namespace stepwell::ops::matmul
