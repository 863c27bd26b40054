#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "tests/support/infer_op.h"

namespace stepwell::ops::recurrent {
namespace {

using ::testing::ElementsAre;
using testing::InferError;
using testing::InferredTypes;
using testing::Ints;
using testing::Typed;

LstmCell CellOf(std::int64_t cells) {
  LstmCell op;
  op.hidden_size = cells;
  return op;
}

LstmSequence SequenceOf(std::int64_t cells, Direction direction) {
  LstmSequence op;
  op.hidden_size = cells;
  op.direction = direction;
  return op;
}

TEST(LstmCellInfer, TakesTheBatchFromWhicheverInputKnowsIt) {
  EXPECT_THAT(InferredTypes(CellOf(4), {Typed({kDynamic, 3}), Typed({2, 4}), Typed({kDynamic, 4}), Typed({16, 3}),
                                        Typed({16, 4}), Typed({16})}),
              ElementsAre("f32[2,4]", "f32[2,4]"));
  EXPECT_THAT(InferredTypes(CellOf(4), {Typed({kDynamic, kDynamic}), Typed({kDynamic, 4}), Typed({kDynamic, 4}),
                                        Typed({16, 3}), Typed({16, 4})}),
              ElementsAre("f32[?,4]", "f32[?,4]"));
}

TEST(LstmCellInfer, NamesTheInputThatDoesNotFit) {
  EXPECT_EQ(InferError(CellOf(4), {Typed({2, 3}), Typed({2, 4}), Typed({1, 4}), Typed({16, 3}), Typed({16, 4})}),
            "input 2 (C) is f32[1,4] where f32[2,4] is needed");
  EXPECT_EQ(InferError(CellOf(4), {Typed({2, 3}), Typed({2, 4}), Typed({2, 4}), Typed({12, 3}), Typed({16, 4})}),
            "input 3 (W) is f32[12,3] where f32[16,3] is needed");
  EXPECT_EQ(InferError(CellOf(4), {Typed({2, 3, 1}), Typed({2, 4}), Typed({2, 4}), Typed({16, 3}), Typed({16, 4})}),
            "input 0 (X, H or C) is f32[2,3,1] where a tensor of rank 2 is needed");
  EXPECT_EQ(InferError(CellOf(0), {Typed({2, 3}), Typed({2, 4}), Typed({2, 4}), Typed({16, 3}), Typed({16, 4})}),
            "the hidden size of a cell must be above 0");
}

TEST(LstmCellInfer, RefusesAnotherNumberOfActivations) {
  LstmCell op = CellOf(4);
  const std::initializer_list<testing::Described> inputs = {Typed({2, 3}), Typed({2, 4}), Typed({2, 4}), Typed({16, 3}),
                                                            Typed({16, 4})};
  op.activations = {"sigmoid", "tanh", "tanh", "relu"};
  EXPECT_EQ(InferError(op, inputs), "3 activations were expected and 'sigmoid,tanh,tanh,relu' found");
  op.activations = {"sigmoid", "tanh"};
  EXPECT_EQ(InferError(op, inputs), "3 activations were expected and 'sigmoid,tanh' found");
}

TEST(LstmSequenceInfer, GivesFramesAndLastStates) {
  EXPECT_THAT(InferredTypes(SequenceOf(4, Direction::kBidirectional),
                            {Typed({2, kDynamic, 3}), Typed({kDynamic, 2, 4}), Typed({kDynamic, 2, 4}),
                             Typed({2}, DType::kI32), Typed({2, 16, 3}), Typed({2, 16, 4}), Typed({2, 16})}),
              ElementsAre("f32[2,2,?,4]", "f32[2,2,4]", "f32[2,2,4]"));
}

TEST(LstmSequenceInfer, RefusesLengthsThatExceedTheFrames) {
  const LstmSequence op = SequenceOf(4, Direction::kForward);
  EXPECT_EQ(InferError(op, {Typed({2, 5, 3}), Typed({2, 1, 4}), Typed({2, 1, 4}), Ints({5, 6}), Typed({1, 16, 3}),
                            Typed({1, 16, 4}), Typed({1, 16})}),
            "length 6 does not lie in 0 to 5 frames");
  EXPECT_EQ(InferError(op, {Typed({2, 5, 3}), Typed({2, 1, 4}), Typed({2, 1, 4}), Typed({2}), Typed({1, 16, 3}),
                            Typed({1, 16, 4}), Typed({1, 16})}),
            "input 3 (lengths) is f32[2] where integers [2] are needed");
}

TEST(FusedLstmInfer, TakesJoinedWeightsPeepholesAndAProjection) {
  FusedLstm op;
  op.joined = true;
  op.peepholes = true;
  op.projection = true;
  EXPECT_THAT(InferredTypes(op, {Typed({kDynamic, 1, 3}), Typed({1, 2}), Typed({1, 4}), Typed({5, 16}), Typed({16}),
                                 Typed({4}), Typed({4}), Typed({4}), Typed({4, 2})}),
              ElementsAre("f32[?,1,2]", "f32[?,1,4]"));
}

TEST(FusedLstmInfer, SaysWhatDoesNotFit) {
  const auto error_of = [](const FusedLstm& op, const Shape& h, const Shape& w) {
    return InferError(op, {Typed({kDynamic, 1, 3}), Typed(h), Typed({1, 4}), Typed(w), Typed({h[1], 16}), Typed({16})});
  };
  FusedLstm odd;
  odd.gate_order = "ifoo";
  EXPECT_EQ(error_of(FusedLstm{}, {1, 2}, {3, 16}), "2 outputs and 4 cells differ without a projection");
  EXPECT_EQ(error_of(FusedLstm{}, {1, 4}, {16, 3}), "input 3 (W) is f32[16,3] where f32[3,16] is needed");
  EXPECT_EQ(error_of(odd, {1, 4}, {3, 16}), "the gate order 'ifoo' is not made of i, c, f and o, each once");
}

}  // namespace
}  // namespace stepwell::ops::recurrent
