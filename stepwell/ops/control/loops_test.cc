#include "stepwell/ops/control/loops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "stepwell/ops/control/iterations.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/registry.h"
#include "tests/support/infer_op.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::control {
namespace {

using elementwise::Add;
using ir::SubgraphOp;
using ::testing::ElementsAre;
using testing::InferError;
using testing::Inferred;
using testing::InferredTypes;
using testing::Int;
using testing::Typed;

constexpr SubgraphOp::Slicing kForward{};

Tensor Floats(const Shape& shape, std::vector<float> values) {
  return Tensor::Of<float>(shape, std::span<const float>(values));
}

// sum' = sum + x, with x sliced along axis 0; gives every sum and the last. The body was made for x [1, 2].
template <class LoopOp>
LoopOp RunningSum(std::int64_t first_port) {
  ir::GraphBuilder body;
  const ir::ValueId x = body.AddInput("x", {DType::kF32, {1, 2}});
  const ir::ValueId sum = body.AddInput("sum", {DType::kF32, {1, 2}});
  body.AddOutput("next", body.AddOne("next", Add(), {sum, x}));
  LoopOp op;
  op.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  op.input_map = {{first_port, 0, kForward}, {first_port + 1, 1, std::nullopt}};
  op.output_map = {{0, 0, kForward}, {1, 0, std::nullopt}};
  op.back_edges = {{.body_output = 0, .body_input = 1}};
  return op;
}

TEST(NumSlices, CountsFromBothEnds) {
  EXPECT_EQ(NumSlices({.start = 0, .end = -1}, 5), 5);
  EXPECT_EQ(NumSlices({.start = 1, .end = 3}, 5), 3);
  EXPECT_EQ(NumSlices({.start = -1, .end = 0, .stride = -1}, 5), 5);
  EXPECT_EQ(NumSlices({.start = 0, .end = -1, .stride = 2, .part_size = 2}, 6), 3);
  EXPECT_EQ(NumSlices({}, kDynamic), kDynamic);
  EXPECT_EQ(NumSlices({}, 0), 0);
}

TEST(NumSlices, RefusesWhatDoesNotLieInside) {
  EXPECT_EQ(MessageOf([] { NumSlices({.start = 0, .end = 5}, 5); }),
            "slices from 0 to 5 by 1 do not lie in an extent of 5");
  EXPECT_EQ(MessageOf([] { NumSlices({.start = 3, .end = 1}, 5); }),
            "slices from 3 to 1 by 1 do not lie in an extent of 5");
  EXPECT_EQ(MessageOf([] { NumSlices({.stride = 2, .part_size = 2}, 5); }), "5 elements are not cut into slices of 2");
  EXPECT_EQ(MessageOf([] { NumSlices({.stride = 2, .part_size = 1}, 5); }),
            "slices of 1 elements every 2 elements are not supported: they must follow each other");
}

TEST(TensorIteratorInfer, FitsTheBodyToItsInputs) {
  const auto op = RunningSum<TensorIterator>(0);
  EXPECT_THAT(InferredTypes(op, {Typed({7, 3}), Typed({1, 3})}), ElementsAre("f32[7,3]", "f32[1,3]"));
  EXPECT_THAT(InferredTypes(op, {Typed({kDynamic, kDynamic}), Typed({1, 4})}), ElementsAre("f32[?,4]", "f32[1,4]"));
}

TEST(TensorIteratorInfer, SaysWhatContradictsTheBody) {
  const auto op = RunningSum<TensorIterator>(0);
  EXPECT_EQ(InferError(op, {Typed({7, 2}), Typed({1, 3})}),
            "shapes [1,3] and [1,2] do not broadcast\n  while adding node 'next' (Add)\n  while inferring the body");
  EXPECT_EQ(InferError(op, {Typed({7, 2}), Typed({1, 1})}),
            "body output 'next' is f32[1,2] and is carried to input 'sum', f32[1,1]\n  while inferring the body");
  EXPECT_EQ(InferError(op, {Typed({7, 2}, DType::kF64), Typed({1, 2})}),
            "body input 'x' is f32[1,2] and is given f64[7,2]\n  while inferring the body");
  EXPECT_EQ(InferError(op, {Typed({7, 2})}), "a port map names input 1 of 1");
  auto twice = op;
  twice.input_map.push_back({0, 1, std::nullopt});
  EXPECT_EQ(InferError(twice, {Typed({7, 2}), Typed({1, 2})}), "the port map gives body input 'sum' 2 times");
  auto hole = op;
  hole.output_map[1].external_port = 2;
  EXPECT_EQ(InferError(hole, {Typed({7, 2}), Typed({1, 2})}), "2 outputs are mapped and port 2 is named");
}

TEST(LoopInfer, KnowsTheIterationsWhereTheTripCountIsKnown) {
  const auto op = RunningSum<Loop>(2);
  const testing::Described go{{DType::kBool, {}}, ir::ConstantData::Of(Tensor::Of<bool>({}, std::array{true}))};
  EXPECT_EQ(Inferred(op, {Int(3), go, Typed({3, 2}), Typed({1, 2})}), "f32[3,2]");
  EXPECT_EQ(Inferred(op, {Typed({}, DType::kI64), go, Typed({3, 2}), Typed({1, 2})}), "f32[?,2]");
  EXPECT_EQ(Inferred(op, {Int(3), Typed({}, DType::kBool), Typed({3, 2}), Typed({1, 2})}), "f32[?,2]");
  EXPECT_EQ(InferError(op, {Int(4), go, Typed({3, 2}), Typed({1, 2})}),
            "4 iterations are asked for and the sliced inputs give 3");
  EXPECT_EQ(InferError(op, {Int(-1), go, Typed({3, 2}), Typed({1, 2})}),
            "the loop has neither a trip count nor a condition");
}

TEST(LoopInfer, RefusesATripCountWithoutAnEnd) {
  auto op = RunningSum<Loop>(2);
  const testing::Described go{{DType::kBool, {}}, ir::ConstantData::Of(Tensor::Of<bool>({}, std::array{true}))};
  EXPECT_EQ(InferError(op, {Int(std::numeric_limits<std::int64_t>::max()), go, Typed({3, 2}), Typed({1, 2})}),
            "the trip count is 9223372036854775807; at most 16777216 are supported");
}

TEST(LoopKernel, GivesTheFirstValueWhereItDoesNotRun) {
  const auto op = RunningSum<TensorIterator>(0);
  const std::vector<ir::ConstantData> inputs{ir::ConstantData::Of(Tensor({DType::kF32, {0, 2}})),
                                             ir::ConstantData::Of(Floats({1, 2}, {3, 4}))};
  const auto outputs = passes::EvaluateOp(op, inputs, KernelSet::kFast);
  EXPECT_EQ(outputs[0].type.shape, (Shape{0, 2}));
  EXPECT_THAT(outputs[1].Copy<float>(), ElementsAre(3, 4));
}

// The body hands both inputs on, swapped: what is carried is an input as it stands.
TEST(LoopKernel, CarriesInputsThatTheBodyOnlyHandsOn) {
  ir::GraphBuilder body;
  const ir::ValueId x = body.AddInput("x", {DType::kF32, {1}});
  const ir::ValueId a = body.AddInput("a", {DType::kF32, {1}});
  const ir::ValueId b = body.AddInput("b", {DType::kF32, {1}});
  body.AddOutput("next_a", b);
  body.AddOutput("next_b", a);
  body.AddOutput("sum", body.AddOne("sum", Add(), {a, x}));
  TensorIterator op;
  op.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  op.input_map = {{0, 0, kForward}, {1, 1, std::nullopt}, {2, 2, std::nullopt}};
  op.output_map = {{0, 2, kForward}, {1, 0, std::nullopt}, {2, 1, std::nullopt}};
  op.back_edges = {{.body_output = 0, .body_input = 1}, {.body_output = 1, .body_input = 2}};
  const std::vector<ir::ConstantData> inputs{ir::ConstantData::Of(Floats({3}, {0, 0, 0})),
                                             ir::ConstantData::Of(Floats({1}, {10})),
                                             ir::ConstantData::Of(Floats({1}, {20}))};
  const auto outputs = passes::EvaluateOp(op, inputs, KernelSet::kFast);
  EXPECT_THAT(outputs[0].Copy<float>(), ElementsAre(10, 20, 10));
  EXPECT_THAT(outputs[1].Copy<float>(), ElementsAre(20));
  EXPECT_THAT(outputs[2].Copy<float>(), ElementsAre(10));
}

// Each row of x is summed up by a loop inside of the loop over the rows.
TEST(LoopKernel, RunsALoopInsideOfABody) {
  const auto inner = std::make_shared<const TensorIterator>([] {
    auto op = RunningSum<TensorIterator>(0);
    op.output_map = {{0, 0, std::nullopt}};
    return op;
  }());
  ir::GraphBuilder body;
  const ir::ValueId rows = body.AddInput("rows", {DType::kF32, {2, 2}});
  const ir::ValueId zero = body.AddInput("zero", {DType::kF32, {1, 2}});
  body.AddOutput("sum", body.Add("inner", inner, {rows, zero}).at(0));
  TensorIterator op;
  op.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  op.input_map = {{0, 0, SubgraphOp::Slicing{.stride = 2, .part_size = 2}}, {1, 1, std::nullopt}};
  op.output_map = {{0, 0, kForward}};
  const std::array inputs{Floats({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), Floats({1, 2}, {0, 100})};
  const Tensor found = testing::RunOnInputs(std::make_shared<const TensorIterator>(op), inputs, KernelSet::kFast);
  EXPECT_THAT(found.as<float>(), ElementsAre(4, 106, 12, 114));
}

TEST(LoopKernel, RefusesAnotherNumberOfIterationsThanPlanned) {
  const auto op = RunningSum<Loop>(2);
  const std::array<TensorType, 4> types{
      TensorType{DType::kI64, {}}, {DType::kBool, {}}, {DType::kF32, {3, 2}}, {DType::kF32, {1, 2}}};
  const std::array<TensorType, 2> planned{TensorType{DType::kF32, {2, 2}}, {DType::kF32, {1, 2}}};
  const std::array<const ir::ConstantData*, 4> constants{};
  const auto kernel = MakeKernel(op, {types, planned, constants});
  Tensor trips(types[0]), go(types[1]), x(types[2]), sum(types[3]), sums(planned[0]), last(planned[1]);
  go.as<bool>()[0] = true;
  AlignedBuffer scratch(kernel->scratch_bytes());
  const auto run = [&](std::int64_t count) {
    trips.as<std::int64_t>()[0] = count;
    const std::array<ConstTensorView, 4> inputs{std::as_const(trips).view(), std::as_const(go).view(),
                                                std::as_const(x).view(), std::as_const(sum).view()};
    const std::array<TensorView, 2> outputs{sums.view(), last.view()};
    return MessageOf([&] { kernel->Run({inputs, outputs, scratch.span()}); });
  };
  EXPECT_EQ(run(2), "nothing was thrown");
  EXPECT_EQ(run(1), "the body ran 1 times where the plan has 2");
  EXPECT_EQ(run(100), "the body ran 3 times where the plan has 2");
}

}  // namespace
}  // namespace stepwell::ops::control
