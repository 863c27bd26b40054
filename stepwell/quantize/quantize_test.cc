#include "stepwell/quantize/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "stepwell/base/error.h"
#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::quantize {
namespace {

using ops::matmul::MatMul;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor SomeWeights(const Shape& shape) {
  Tensor tensor({DType::kF32, shape});
  for (std::size_t i = 0; float& weight : tensor.as<float>()) weight = static_cast<float>(i++ * 7919 % 1009) - 504;
  return tensor;
}

// x [1, 64] times weights of some shape, for each shape.
struct Product {
  Shape shape;
  bool transposed = false;
};
ir::Graph Products(const std::vector<Product>& products) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 64}});
  for (std::size_t i = 0; i < products.size(); ++i) {
    const std::string number = std::to_string(i);
    MatMul op;
    op.transpose_b = products[i].transposed;
    const ir::ValueId weights = builder.AddConstant("w" + number, ir::ConstantData::Of(SomeWeights(products[i].shape)));
    builder.AddOutput("y" + number, builder.AddOne("product" + number, op, {x, weights}));
  }
  return std::move(builder).Build();
}

std::vector<std::string> NamesOf(const std::vector<QuantizedLayer>& layers) {
  std::vector<std::string> names;
  for (const QuantizedLayer& layer : layers) names.push_back(layer.name);
  return names;
}

std::vector<float> FirstOutput(const ir::Graph& graph) {
  const Tensor x = SomeWeights({1, 64});
  const ConstTensorView view = x.view();
  const auto outputs = passes::Evaluate(graph, std::span(&view, 1), ops::KernelSet::kReference);
  const auto values = outputs.at(0).as<float>();
  return {values.begin(), values.end()};
}

std::string MessageOf(const ir::Graph& graph, const QuantizeOptions& options) {
  try {
    Quantize(graph, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Quantize, TakesLargeWeightsAndLeavesSmallOnes) {
  const auto result = Quantize(Products({{{64, 32}}, {{64, 8}}, {{40, 64}, true}}), {});
  EXPECT_THAT(NamesOf(result.layers), ElementsAre("w0", "w2"));
  EXPECT_EQ(result.graph.metadata().at("weights"), "int8");
}

TEST(Quantize, LeavesWeightsThatAreAlsoReadOtherwise) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 64}});
  const ir::ValueId shared = builder.AddConstant("shared", ir::ConstantData::Of(SomeWeights({64, 64})));
  const ir::ValueId twice = builder.AddConstant("twice", ir::ConstantData::Of(SomeWeights({64, 64})));
  const ir::ValueId first = builder.AddOne("first", MatMul(), {x, shared});
  builder.AddOutput("y",
                    builder.AddOne("second", MatMul(), {builder.AddOne("third", MatMul(), {first, twice}), twice}));
  builder.AddOutput("table", shared);
  EXPECT_THAT(NamesOf(Quantize(std::move(builder).Build(), {}).layers), ElementsAre("twice"));
}

TEST(Quantize, TakesWeightsOf16Bits) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 64}});
  const ir::ValueId half = builder.AddConstant("half", ir::ConstantData::Of(Tensor({DType::kF16, {64, 64}})));
  const ir::ValueId weights = builder.AddOne("weights", ops::elementwise::Convert(DType::kF32), {half});
  builder.AddOutput("y", builder.AddOne("product", MatMul(), {x, weights}));
  const auto result = Quantize(std::move(builder).Build(), {});
  EXPECT_THAT(NamesOf(result.layers), ElementsAre("weights"));
  EXPECT_EQ(result.layers[0].bytes_before, 64U * 64 * 2);
}

TEST(Quantize, KeepsWhatIsNamed) {
  const ir::Graph graph = Products({{{64, 32}}, {{64, 32}}, {{64, 32}}});
  EXPECT_THAT(NamesOf(Quantize(graph, {.keep = "^w0$|duct2"}).layers), ElementsAre("w1"));
  EXPECT_THAT(MessageOf(graph, {.keep = "w"}), HasSubstr("no weights"));
  EXPECT_THAT(MessageOf(graph, {.keep = "("}), HasSubstr("regular expression"));
}

TEST(Quantize, ChoosesGroupsThatDivideTheInputs) {
  const auto group_of = [](const Shape& shape, const QuantizeOptions& options) {
    ir::GraphBuilder builder;
    const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, shape[0]}});
    const ir::ValueId weights = builder.AddConstant("w", ir::ConstantData::Of(SomeWeights(shape)));
    builder.AddOutput("y", builder.AddOne("product", MatMul(), {x, weights}));
    const auto layer = Quantize(std::move(builder).Build(), options).layers.at(0);
    return std::string(NameOf(layer.format)) + "/" + std::to_string(layer.group);
  };
  const QuantizeOptions int4{.format = WeightFormat::kInt4};
  EXPECT_EQ(group_of({128, 32}, int4), "int4/64");
  EXPECT_EQ(group_of({96, 32}, int4), "int4/32");
  EXPECT_EQ(group_of({100, 32}, int4), "int8/0");
  EXPECT_EQ(group_of({128, 32}, {.format = WeightFormat::kInt4, .group = 0}), "int4/0");
  EXPECT_EQ(group_of({128, 32}, {.group = 128}), "int8/128");
  EXPECT_EQ(group_of({96, 32}, {.group = 128}), "int8/0");
}

std::vector<ActivationFormat> ActivationsIn(const ir::Graph& graph) {
  std::vector<ActivationFormat> activations;
  for (const ir::Node& node : graph.nodes()) {
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant != nullptr && constant->data.type.dtype == DType::kI8)
      activations.push_back(constant->data.activations);
  }
  return activations;
}

TEST(Quantize, RoundsActivationsUnlessToldOtherwise) {
  const ir::Graph graph = Products({{{64, 32}}, {{64, 33}}});
  const auto first = Quantize(graph, {.keep = "w1"});
  EXPECT_THAT(ActivationsIn(first.graph), ElementsAre(ActivationFormat::kInt8));
  EXPECT_EQ(first.graph.metadata().at("activations"), "int8");
  const auto second = Quantize(first.graph, {.activations = ActivationFormat::kFp32});
  EXPECT_THAT(ActivationsIn(second.graph), ElementsAre(ActivationFormat::kInt8, ActivationFormat::kFp32));
  EXPECT_EQ(second.graph.metadata().at("activations"), "int8; fp32");
  EXPECT_THAT(MessageOf(second.graph, {}), HasSubstr("already"));
}

TEST(Quantize, LeavesActivationsOfWeightsOf16Bits) {
  const ir::Graph graph = Products({{{64, 32}}});
  EXPECT_FALSE(Quantize(graph, {.format = WeightFormat::kBf16}).graph.metadata().contains("activations"));
  EXPECT_THAT(MessageOf(graph, {.format = WeightFormat::kBf16, .activations = ActivationFormat::kInt8}),
              HasSubstr("bf16"));
}

// Weights that the format holds exactly: multiples of a step up to 7 steps, each group with a 7.
TEST(Quantize, ChangesNothingWhereTheFormatHoldsTheWeights) {
  for (const bool transposed : {false, true}) {
    ir::GraphBuilder builder;
    const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 64}});
    Tensor weights({DType::kF32, transposed ? Shape{41, 64} : Shape{64, 41}});
    for (std::size_t i = 0; float& weight : weights.as<float>()) weight = static_cast<float>(i++ * 31 % 15) - 7;
    MatMul op;
    op.transpose_b = transposed;
    const ir::ValueId constant = builder.AddConstant("w", ir::ConstantData::Of(std::move(weights)));
    builder.AddOutput("y", builder.AddOne("product", op, {x, constant}));
    const ir::Graph graph = std::move(builder).Build();
    const std::vector<float> expected = FirstOutput(graph);
    for (const WeightFormat format : {WeightFormat::kInt4, WeightFormat::kBf16}) {
      const auto result = Quantize(graph, {.format = format});
      EXPECT_EQ(result.layers.at(0).error.largest_error, 0);
      EXPECT_EQ(FirstOutput(result.graph), expected) << NameOf(format) << transposed;
    }
  }
}

TEST(Quantize, RefusesWeightsThatAreNoFiniteNumbers) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {1, 64}});
  Tensor weights = SomeWeights({64, 64});
  weights.as<float>()[77] = std::numeric_limits<float>::quiet_NaN();
  const ir::ValueId constant = builder.AddConstant("broken", ir::ConstantData::Of(std::move(weights)));
  builder.AddOutput("y", builder.AddOne("product", MatMul(), {x, constant}));
  const ir::Graph graph = std::move(builder).Build();
  for (const WeightFormat format : {WeightFormat::kInt8, WeightFormat::kInt4, WeightFormat::kBf16}) {
    EXPECT_THAT(MessageOf(graph, {.format = format}), HasSubstr("'broken'"));
  }
}

}  // namespace
}  // namespace stepwell::quantize
