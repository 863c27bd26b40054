#include "stepwell/quantize/output_errors.h"

#include <gtest/gtest.h>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/quantize/weight_moments.h"

namespace stepwell::quantize {
namespace {

// y = x W with x [1, 2]; W [2, 2] is given row by row.
ir::Graph Product(const std::vector<float>& weights) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 2}});
  const ir::ValueId w = builder.AddConstant("w", ir::ConstantData::Of(Tensor::Of<float>({2, 2}, std::span(weights))));
  builder.AddOutput("y", builder.AddOne("product", ops::matmul::MatMul(), {x, w}));
  return std::move(builder).Build();
}

CallSequence Calls(const std::vector<std::vector<float>>& rows) {
  CallSequence calls;
  for (const std::vector<float>& row : rows) {
    ModelCall call;
    call.push_back({0, Tensor::Of<float>({1, 2}, std::span(row))});
    calls.push_back(std::move(call));
  }
  return calls;
}

// (1, 2) gives (7, 10) and (-3, 1) gives (0, -2); with W's 4 as 3.5, (7, 9) and (0, -2.5).
TEST(CompareOutputs, GivesTheLargestDifferenceOfAProductOverAllCalls) {
  std::vector<CallSequence> data;
  data.push_back(Calls({{1, 2}, {-3, 1}}));
  const auto errors = CompareOutputs(Product({1, 2, 3, 4}), Product({1, 2, 3, 3.5F}), data);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors.at("w").largest, 10);
  EXPECT_EQ(errors.at("w").difference, 1);
  EXPECT_DOUBLE_EQ(errors.at("w").relative(), 0.1);
  EXPECT_TRUE(CompareOutputs(Product({1, 2, 3, 4}), Product({1, 2, 3, 4}), {}).empty());
}

TEST(CollectMoments, SumsUpWhatWeightsAreMultipliedWith) {
  std::vector<CallSequence> data;
  data.push_back(Calls({{1, 2}, {-3, 1}}));
  data.push_back(Calls({{0, 4}}));
  const WeightMoments moments = CollectMoments(Product({1, 2, 3, 4}), data);
  ASSERT_EQ(moments.size(), 1U);
  const SecondMoments& of_w = *moments.at("w");
  EXPECT_EQ(of_w.rows(), 3);
  EXPECT_EQ(of_w.RowFromDiagonal(0)[0], 10);
  EXPECT_EQ(of_w.RowFromDiagonal(0)[1], -1);
  EXPECT_EQ(of_w.RowFromDiagonal(1)[0], 21);
}

}  // namespace
}  // namespace stepwell::quantize
