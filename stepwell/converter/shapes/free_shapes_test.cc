#include "stepwell/converter/shapes/free_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/pool/pool.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/evaluate.h"

namespace stepwell::converter {
namespace {

using ir::GraphBuilder;
using ir::ValueId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ValueId AddOp(GraphBuilder& builder, std::string_view op, std::vector<ValueId> inputs) {
  return builder.Add(std::string(op), ops::MakeOp(op), std::move(inputs)).at(0);
}

ValueId AddWeights(GraphBuilder& builder, Dim rows, Dim columns) {
  Tensor weights({DType::kF32, {rows, columns}});
  float next = 0;
  for (float& weight : weights.as<float>()) weight = next += 0.25F;
  return builder.AddConstant("weights", ir::ConstantData::Of(std::move(weights)));
}

const Shape& InputShape(const ir::Graph& graph, std::size_t index) {
  return graph.value(graph.inputs()[index].value).type.shape;
}

// x [1, 16, 4] -> frames first -> [16, 4] W -> [16, 1, 3], the batch of one written into both targets.
ir::Graph FramesFirst() {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {1, 16, 4}});
  const ValueId turned = AddOp(builder, "Transpose", {x, builder.AddInts("order", {1, 0, 2})});
  const ValueId rows = AddOp(builder, "Reshape", {turned, builder.AddInts("rows", {16, 4})});
  const ValueId product = AddOp(builder, "MatMul", {rows, AddWeights(builder, 4, 3)});
  builder.AddOutput("y", AddOp(builder, "Reshape", {product, builder.AddInts("target", {16, 1, 3})}));
  return std::move(builder).Build();
}

TEST(FreeShapes, TellsTheBatchFromAnAxisOfOne) {
  const FreeShapesResult freed = FreeShapes(FramesFirst());
  EXPECT_THAT(freed.held, IsEmpty());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{kDynamic, kDynamic, 4}));
  EXPECT_EQ(freed.graph.inputs()[0].default_shape, (Shape{1, 16, 4}));
}

TEST(FreeShapes, GivesEachRowOfABatchWhatItGetsAlone) {
  const ir::Graph single = FramesFirst();
  const ir::Graph freed = FreeShapes(single).graph;
  Tensor batch({DType::kF32, {2, 16, 4}});
  float next = 0;
  for (float& value : batch.as<float>()) value = next += 0.5F;
  const ConstTensorView whole[] = {batch.view()};
  const std::vector<Tensor> together = passes::Evaluate(freed, whole, ops::KernelSet::kReference);
  ASSERT_EQ(together[0].type().shape, (Shape{16, 2, 3}));
  for (std::size_t row = 0; row < 2; ++row) {
    const ConstTensorView one[] = {{{DType::kF32, {1, 16, 4}}, batch.view().data + row * 16 * 4 * sizeof(float)}};
    const std::vector<Tensor> alone = passes::Evaluate(single, one, ops::KernelSet::kReference);
    for (std::size_t frame = 0; frame < 16; ++frame) {
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(together[0].as<float>()[(frame * 2 + row) * 3 + i], alone[0].as<float>()[frame * 3 + i]);
      }
    }
  }
}

TEST(FreeShapes, FreesTheLimitOfARangeThatMeetsTheFrames) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kI64, {1, 16}});
  const ValueId range =
      AddOp(builder, "Range", {builder.AddInt("start", 0), builder.AddInt("stop", 16), builder.AddInt("step", 1)});
  builder.AddOutput("y", AddOp(builder, "Add", {x, range}));
  const ir::Graph freed = FreeShapes(std::move(builder).Build()).graph;
  EXPECT_EQ(InputShape(freed, 0), (Shape{kDynamic, kDynamic}));
  const Tensor seven({DType::kI64, {1, 7}});
  const ConstTensorView inputs[] = {seven.view()};
  const std::vector<Tensor> result = passes::Evaluate(freed, inputs, ops::KernelSet::kReference);
  EXPECT_THAT(result[0].as<std::int64_t>(), ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(FreeShapes, LeavesARangeAloneThatNoInputMeets) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kI64, {16}});
  const ValueId range =
      AddOp(builder, "Range", {builder.AddInt("start", 0), builder.AddInt("stop", 16), builder.AddInt("step", 1)});
  builder.AddOutput("same", AddOp(builder, "Add", {x, x}));
  builder.AddOutput("range", range);
  const ir::Graph freed = FreeShapes(std::move(builder).Build()).graph;
  EXPECT_EQ(InputShape(freed, 0), (Shape{kDynamic}));
  EXPECT_EQ(freed.value(freed.outputs()[1].value).type.shape, (Shape{16}));
}

TEST(FreeShapes, NamesTheNodeThatHoldsAnAxis) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {1, 4}});
  builder.AddOutput("y", AddOp(builder, "MatMul", {x, AddWeights(builder, 4, 3)}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{kDynamic, 4}));
  EXPECT_THAT(freed.held, ElementsAre(HasSubstr("x axis 1 stays 4: node 'MatMul'")));
}

TEST(FreeShapes, HoldsAnAxisOfWhichFixedElementsAreRead) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {512}});
  const ValueId some = builder.AddInts("some", {0, 100, 511});
  builder.AddOutput("y", AddOp(builder, "Gather", {x, some, builder.AddInt("axis", 0)}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{512}));
  EXPECT_THAT(freed.held, ElementsAre(HasSubstr("Gather")));
}

// ids [1, 8] -> rows [8, 4] of a table, plus the first 8 of 12 positions, plus ones [1, 8, 1].
ir::Graph Embeddings() {
  GraphBuilder builder;
  const ValueId ids = builder.AddInput("ids", {DType::kI64, {1, 8}});
  const ValueId flat = AddOp(builder, "Reshape", {ids, builder.AddInts("all", {-1})});
  const ValueId rows = AddOp(builder, "Gather", {AddWeights(builder, 20, 4), flat, builder.AddInt("axis", 0)});
  const ValueId words = AddOp(builder, "Reshape", {rows, builder.AddInts("words", {1, 8, 4})});
  const ValueId first = AddOp(builder, "Slice",
                              {AddWeights(builder, 12, 4), builder.AddInts("start", {0, 0}),
                               builder.AddInts("stop", {8, 4}), builder.AddInts("step", {1, 1})});
  const ValueId places = AddOp(builder, "Reshape", {first, builder.AddInts("places", {1, 8, 4})});
  const std::vector<float> ones(8, 1);
  const ValueId one = builder.AddConstant("ones", ir::ConstantData::Of(Tensor::Of<float>({1, 8, 1}, ones)));
  builder.AddOutput("y", AddOp(builder, "Add", {AddOp(builder, "Add", {words, places}), one}));
  return std::move(builder).Build();
}

TEST(FreeShapes, FreesALengthThatCutsATableAndSpansAConstant) {
  const FreeShapesResult freed = FreeShapes(Embeddings());
  EXPECT_THAT(freed.held, IsEmpty());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{kDynamic, kDynamic}));
  const Tensor ids = Tensor::Of<std::int64_t>({1, 10}, std::vector<std::int64_t>(10, 3));
  const ConstTensorView inputs[] = {ids.view()};
  const std::vector<Tensor> result = passes::Evaluate(freed.graph, inputs, ops::KernelSet::kReference);
  ASSERT_EQ(result[0].type().shape, (Shape{1, 10, 4}));
  // Row 3 of the table begins with 3.25, row 9 of the positions with 9.25.
  EXPECT_EQ(result[0].as<float>()[9 * 4], 3.25F + 9.25F + 1);
}

// x [4, 4] -> zeros [4, 4] times x's rows: the matrix is no batch.
TEST(FreeShapes, TellsABatchFromAWidthOfTheSameExtent) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {4, 4}});
  const std::vector<float> zeros(16, 0);
  const ValueId kernel = builder.AddConstant("zeros", ir::ConstantData::Of(Tensor::Of<float>({4, 4}, zeros)));
  const ValueId bias = builder.AddConstant("bias", ir::ConstantData::Of(Tensor::Of<float>({1, 4}, {zeros.data(), 4})));
  builder.AddOutput("y", AddOp(builder, "Add", {AddOp(builder, "MatMul", {x, kernel}), bias}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{kDynamic, 4}));
  EXPECT_THAT(freed.held, ElementsAre(HasSubstr("x axis 1 stays 4: node 'MatMul'")));
}

// An image [1, 3, 9, 9] -> means of windows of 8, stepping by 2 -> [1, 3, 1, 1] -> its last two axes are taken away: no
// shape of that node has the image's height in it any more.
TEST(FreeShapes, HoldsASizeThatIsNeededBehindWindows) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {1, 3, 9, 9}});
  ops::pool::AvgPool means;
  means.pool.extents = {8, 8};
  means.pool.window.strides = {2, 2};
  means.pool.window.pads_begin = means.pool.window.pads_end = {0, 0};
  const ValueId pooled = builder.AddOne("means", means, {x});
  builder.AddOutput("y", AddOp(builder, "Squeeze", {pooled, builder.AddInts("axes", {2, 3})}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_EQ(InputShape(freed.graph, 0), (Shape{kDynamic, kDynamic, 9, 9}));
  EXPECT_THAT(freed.held, ElementsAre(HasSubstr("x axis 2 stays 9: node 'Squeeze'"),
                                      HasSubstr("x axis 3 stays 9: node 'Squeeze'")));
}

// A mask [batch, 1, length] spread over the weights of attention, the shape of which is written out.
TEST(FreeShapes, FreesTheTargetOfABroadcastWhereTheDataIsFree) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {2, 8}});
  const ValueId mask = AddOp(builder, "Reshape", {x, builder.AddInts("column", {2, 1, 8})});
  builder.AddOutput("y", AddOp(builder, "Broadcast", {mask, builder.AddInts("target", {2, 5, 8})}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_THAT(freed.held, IsEmpty());
  const Tensor call({DType::kF32, {3, 6}});
  const ConstTensorView inputs[] = {call.view()};
  const std::vector<Tensor> result = passes::Evaluate(freed.graph, inputs, ops::KernelSet::kReference);
  EXPECT_EQ(result[0].type().shape, (Shape{3, 5, 6}));
}

// Scores [batch, length, length] where a mask [batch, 1, length] is not set are -1e4, of which a constant is full.
TEST(FreeShapes, FreesTheConstantThatAMaskReplacesScoresBy) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {2, 8}});
  const ValueId column = AddOp(builder, "Reshape", {x, builder.AddInts("column", {2, 1, 8})});
  const ValueId row = AddOp(builder, "Reshape", {x, builder.AddInts("row", {2, 8, 1})});
  const ValueId scores = AddOp(builder, "Multiply", {column, row});
  const std::vector<float> low(128, -1e4F);
  const ValueId fill = builder.AddConstant("fill", ir::ConstantData::Of(Tensor::Of<float>({2, 8, 8}, low)));
  const ValueId mask = AddOp(builder, "Greater", {column, builder.AddConstant("zero", ir::ConstantData::OfFloat(0))});
  builder.AddOutput("y", AddOp(builder, "Select", {mask, scores, fill}));
  const FreeShapesResult freed = FreeShapes(std::move(builder).Build());
  EXPECT_THAT(freed.held, IsEmpty());
  const Tensor call = Tensor::Of<float>({1, 2}, std::vector<float>{3, -1});
  const ConstTensorView inputs[] = {call.view()};
  const std::vector<Tensor> result = passes::Evaluate(freed.graph, inputs, ops::KernelSet::kReference);
  ASSERT_EQ(result[0].type().shape, (Shape{1, 2, 2}));
  EXPECT_THAT(result[0].as<float>(), ElementsAre(9, -1e4F, -3, -1e4F));
}

TEST(FreeShapes, UnifiesTheRowsOfAStateWithTheBatch) {
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {1, 4}});
  const ValueId h = builder.AddInput("h", {DType::kF32, {1, 4}});
  builder.AddOutput("next", AddOp(builder, "Add", {x, h}));
  builder.AddState({"h", "h", "next", std::nullopt, ""});
  const ir::Graph freed = FreeShapes(std::move(builder).Build()).graph;
  EXPECT_EQ(InputShape(freed, 0)[0], kDynamic);
  EXPECT_EQ(InputShape(freed, 1)[0], kDynamic);
  ASSERT_EQ(freed.states().size(), 1U);
}

}  // namespace
}  // namespace stepwell::converter
