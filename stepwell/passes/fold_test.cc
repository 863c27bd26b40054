#include "stepwell/passes/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "stepwell/base/function_ref.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/passes/specialise.h"

namespace stepwell::passes {
namespace {

using ops::layout::Broadcast;
using ops::layout::Concat;
using ops::layout::Reshape;
using ops::layout::ShapeOf;
using ops::layout::Transpose;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

constexpr DType kF32 = DType::kF32;

std::vector<std::string> OpNames(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) names.emplace_back(node.op->name());
  return names;
}

const ir::ConstantData* OutputConstant(const ir::Graph& graph) { return graph.constant(graph.outputs()[0].value); }

ir::Graph ShapesOfTwo(const Shape& shape) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, shape});
  const ir::ValueId of_x = builder.AddOne("shape", ShapeOf(DType::kI32), {x});
  const ir::ValueId two =
      builder.AddConstant("two", ir::ConstantData::Of(Tensor::Of<std::int32_t>({1}, std::array{2})));
  builder.AddOutput("y", builder.AddOne("joined", Concat(0), {of_x, two}));
  return std::move(builder).Build();
}

TEST(Fold, ComputesNodesOfConstants) {
  ir::GraphBuilder builder;
  const ir::ValueId a = builder.AddInts("a", {1, 2});
  const ir::ValueId b = builder.AddInts("b", {3});
  const ir::ValueId joined = builder.AddOne("joined", Concat(0), {a, b});
  builder.AddTensorName(joined, "joined:0");
  builder.AddOutput("y", joined);
  const ir::Graph folded = Fold(std::move(builder).Build());
  EXPECT_THAT(OpNames(folded), ElementsAre("Const"));
  EXPECT_EQ(folded.nodes()[0].name, "joined");
  EXPECT_EQ(folded.FindOutput("joined:0"), 0U);
  EXPECT_THAT(OutputConstant(folded)->Ints(), Optional(ElementsAre(1, 2, 3)));
}

TEST(Fold, ComputesShapesThatAreKnown) {
  const ir::Graph folded = Fold(ShapesOfTwo({5, 7}));
  EXPECT_THAT(OpNames(folded), ElementsAre("Const"));
  EXPECT_EQ(OutputConstant(folded)->type, (TensorType{DType::kI32, {3}}));
  EXPECT_THAT(OutputConstant(folded)->Ints(), Optional(ElementsAre(5, 7, 2)));
}

TEST(Fold, KeepsShapesThatAreFree) {
  EXPECT_THAT(OpNames(Fold(ShapesOfTwo({kDynamic, 7}))), ElementsAre("ShapeOf", "Const", "Concat"));
}

TEST(Fold, LeavesOutNodesThatGiveTheirInputBack) {
  ir::GraphBuilder builder;
  ir::ValueId x = builder.AddInput("x", {kF32, {2, 3}});
  x = builder.AddOne("reshaped", Reshape{}, {x, builder.AddInts("pattern", {2, -1})});
  x = builder.AddOne("transposed", Transpose{}, {x, builder.AddInts("order", {0, 1})});
  x = builder.AddOne("joined", Concat(0), {x});
  builder.AddOutput("y", x);
  const ir::Graph folded = Fold(std::move(builder).Build());
  EXPECT_THAT(OpNames(folded), ElementsAre());
  EXPECT_EQ(folded.outputs()[0].value, folded.inputs()[0].value);
}

TEST(Fold, KeepsAReshapeWhoseInputIsFree) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {kDynamic, 3}});
  builder.AddOutput("y", builder.AddOne("reshaped", Reshape{}, {x, builder.AddInts("pattern", {-1, 3})}));
  EXPECT_THAT(OpNames(Fold(std::move(builder).Build())), ElementsAre("Const", "Reshape"));
}

ir::Graph WideZeros(std::int64_t columns) {
  ir::GraphBuilder builder;
  const ir::ValueId zero = builder.AddFloat("zero", 0);
  builder.AddOutput("y", builder.AddOne("zeros", Broadcast{}, {zero, builder.AddInts("shape", {1, columns})}));
  return std::move(builder).Build();
}

TEST(Fold, DoesNotLetLargeConstantsGrow) {
  EXPECT_THAT(OpNames(Fold(WideZeros(100))), ElementsAre("Const"));
  EXPECT_THAT(OpNames(Fold(WideZeros(1'000'000))), ElementsAre("Const", "Const", "Broadcast"));
}

// `steps` times a Concat of the last value and another of those before.
ir::Graph Joined(int steps, FunctionRef<ir::ValueId(const std::vector<ir::ValueId>&)> other) {
  ir::GraphBuilder builder;
  std::vector<ir::ValueId> values = {builder.AddConstant("w", ir::ConstantData::Of(Tensor({kF32, {4}})))};
  for (int i = 0; i < steps; ++i) {
    values.push_back(builder.AddOne("joined" + std::to_string(i), Concat(0), {values.back(), other(values)}));
  }
  builder.AddOutput("y", values.back());
  return std::move(builder).Build();
}

std::size_t ConstantBytes(const ir::Graph& graph) {
  std::size_t bytes = 0;
  for (const ir::Node& node : graph.nodes()) {
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant != nullptr) bytes += constant->data.bytes.size();
  }
  return bytes;
}

TEST(Fold, DoesNotLetConstantsDoubleWithoutEnd) {
  const ir::Graph folded = Fold(Joined(40, [](const auto& values) { return values.back(); }));
  EXPECT_EQ(ConstantBytes(folded), FoldOptions().small_bytes);
  EXPECT_EQ(folded.value(folded.outputs()[0].value).type.shape, Shape({std::int64_t{4} << 40}));
}

TEST(Fold, DoesNotLetConstantsOfDifferentPartsGrowWithoutEnd) {
  ir::Graph folded = Joined(80, [](const auto& values) { return values[values.size() < 2 ? 0 : values.size() - 2]; });
  for (int pass = 0; pass < 3; ++pass) {
    folded = Fold(folded);
    EXPECT_LT(ConstantBytes(folded), std::size_t{256} << 20);
    EXPECT_EQ(OutputConstant(folded), nullptr);
  }
}

TEST(Fold, LeavesLargeConstantsForLaterWhenAsked) {
  ir::GraphBuilder builder;
  const ir::ValueId weights = builder.AddConstant("w", ir::ConstantData::Of(Tensor({kF32, {200, 300}})));
  builder.AddOutput("y", builder.AddOne("t", Transpose{}, {weights, builder.AddInts("order", {1, 0})}));
  const ir::Graph graph = std::move(builder).Build();
  EXPECT_THAT(OpNames(Fold(graph)), ElementsAre("Const"));
  EXPECT_THAT(OpNames(Fold(graph, {.large = FoldOptions::Large::kKeep})), ElementsAre("Const", "Const", "Transpose"));
}

TEST(Specialise, FixesShapesAndFoldsWhatFollowsFromThem) {
  const ir::Graph fixed = Specialise(ShapesOfTwo({kDynamic, 7}), {.input_shapes = {Shape{4, 7}}, .outputs = {0}});
  EXPECT_THAT(OpNames(fixed), ElementsAre("Const"));
  EXPECT_EQ(fixed.inputs().size(), 1U);
  EXPECT_THAT(OutputConstant(fixed)->Ints(), Optional(ElementsAre(4, 7, 2)));
}

std::string MessageOfSpecialise(const ir::Graph& graph, const Shape& shape) {
  try {
    RequireStaticShapes(Specialise(graph, {.input_shapes = {shape}, .outputs = {0}}));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Specialise, NamesAnInputWhoseShapeDoesNotFit) {
  EXPECT_EQ(MessageOfSpecialise(ShapesOfTwo({kDynamic, 7}), {4, 8}), "input 'x' takes f32[?,7] and was given f32[4,8]");
}

TEST(Specialise, NamesANodeWhoseShapeDependsOnData) {
  ir::GraphBuilder builder;
  const ir::ValueId shape = builder.AddInput("shape", {DType::kI64, {2}});
  builder.AddOutput("y", builder.AddOne("zeros", Broadcast{}, {builder.AddFloat("zero", 0), shape}));
  const ir::Graph graph = std::move(builder).Build();
  EXPECT_THAT(MessageOfSpecialise(graph, {2}),
              HasSubstr("the shape of node 'zeros' (Broadcast) depends on data: f32[?,?]"));
}

TEST(Specialise, NamesANodeThatTheShapesDoNotFit) {
  ir::GraphBuilder builder;
  const ir::ValueId x = builder.AddInput("x", {kF32, {kDynamic, 3}});
  builder.AddOutput("y", builder.AddOne("cut", Reshape{}, {x, builder.AddInts("pattern", {-1, 4})}));
  EXPECT_THAT(MessageOfSpecialise(std::move(builder).Build(), {2, 3}), HasSubstr("'cut' (Reshape)"));
}

}  // namespace
}  // namespace stepwell::passes
