#include "stepwell/passes/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"

namespace stepwell::passes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor Floats(const Shape& shape, std::vector<float> values) {
  return Tensor::Of<float>(shape, std::span<const float>(values));
}

// y = x * x + bias, with a free number of rows.
ir::Graph SquarePlusBias() {
  ir::GraphBuilder builder;
  const auto x = builder.AddInput("x", {DType::kF32, {kDynamic, 2}});
  const auto bias = builder.AddConstant("bias", ir::ConstantData::Of(Floats({2}, {10, 20})));
  const auto square = builder.AddOne("square", ops::elementwise::Multiply(), {x, x});
  builder.AddOutput("y", builder.AddOne("sum", ops::elementwise::Add(), {square, bias}));
  builder.AddOutput("square", square);
  return std::move(builder).Build();
}

TEST(Evaluate, RunsAGraphOfFreeShapeOnWhatItIsGiven) {
  const ir::Graph graph = SquarePlusBias();
  for (const ops::KernelSet set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const Tensor x = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
    const std::vector<Tensor> outputs = Evaluate(graph, std::array{x.view()}, set);
    ASSERT_EQ(outputs.size(), 2U);
    EXPECT_EQ(outputs[0].type(), (TensorType{DType::kF32, {3, 2}}));
    EXPECT_THAT(outputs[0].as<float>(), ElementsAre(11, 24, 19, 36, 35, 56));
    EXPECT_THAT(outputs[1].as<float>(), ElementsAre(1, 4, 9, 16, 25, 36));
  }
}

TEST(Evaluate, ReadsConstantsAtAnyAddress) {
  const Tensor value = Floats({2}, {10, 20});
  AlignedBuffer buffer(9);
  std::copy(value.view().bytes().begin(), value.view().bytes().end(), buffer.data() + 1);
  const ir::ConstantData unaligned =
      ir::ConstantData::Of(value.type(), SharedBytes::Own(std::move(buffer)).Slice(1, 8));
  const auto results =
      EvaluateOp(ops::elementwise::Convert(DType::kI32), std::array{unaligned}, ops::KernelSet::kReference);
  EXPECT_THAT(results.at(0).Copy<std::int32_t>(), ElementsAre(10, 20));
}

TEST(Evaluate, RefusesInputsThatDoNotFit) {
  const ir::Graph graph = SquarePlusBias();
  const Tensor x = Floats({3}, {1, 2, 3});
  try {
    Evaluate(graph, std::array{x.view()}, ops::KernelSet::kReference);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("input 'x' takes f32[?,2] and was given f32[3]"));
  }
}

TEST(Evaluate, NamesTheNodeThatFails) {
  ir::GraphBuilder builder;
  const auto x = builder.AddInput("x", {DType::kI32, {1}});
  builder.AddOutput("y", builder.AddOne("ratio", ops::elementwise::Divide(), {x, x}));
  const ir::Graph graph = std::move(builder).Build();
  const Tensor zero({DType::kI32, {1}});
  try {
    Evaluate(graph, std::array{zero.view()}, ops::KernelSet::kReference);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("divided by zero\n  while running node 'ratio' (Divide)"));
  }
}

}  // namespace
}  // namespace stepwell::passes
