#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/range.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/tile.h"
#include "stepwell/ops/layout/transpose.h"
#include "tests/support/infer_op.h"

namespace stepwell::ops::layout {
namespace {

using ::testing::ElementsAre;
using testing::InferError;
using testing::Inferred;
using testing::InferredInts;
using testing::InferredTypes;
using testing::Int;
using testing::Ints;
using testing::SomeInts;
using testing::Typed;
using testing::UnknownInts;

TEST(TransposeInfer, OrdersDynamicDimensionsToo) {
  EXPECT_EQ(Inferred(Transpose{}, {Typed({1, kDynamic, 19}), Ints({1, 0, 2})}), "f32[?,1,19]");
  EXPECT_EQ(Inferred(Transpose{}, {Typed({1, kDynamic, 19}), Ints({})}), "f32[19,?,1]");
  EXPECT_EQ(Inferred(Transpose{}, {Typed({1, 2}), UnknownInts(2)}), "f32[?,?]");
}

TEST(TransposeInfer, RefusesWhatIsNoPermutation) {
  EXPECT_EQ(InferError(Transpose{}, {Typed({1, 2}), Ints({0})}), "the order [0] does not fit a tensor of rank 2");
  EXPECT_EQ(InferError(Transpose{}, {Typed({1, 2}), Ints({1, 1})}),
            "axes [1,1] of a tensor of rank 2 name an axis twice");
}

TEST(ConcatInfer, AddsExtentsAndMergesTheOthers) {
  EXPECT_EQ(Inferred(Concat(0), {Typed({1, kDynamic, 64}), Typed({16, 1, 64})}), "f32[17,1,64]");
  EXPECT_EQ(Inferred(Concat(-1), {Typed({2, kDynamic}), Typed({2, 3})}), "f32[2,?]");
  EXPECT_EQ(Inferred(Concat(1), {Typed(Shape::UnknownRank()), Typed({2, 3})}), "f32[2,?]");
  EXPECT_EQ(InferredInts(Concat(0), {SomeInts({std::nullopt}), Ints({4, 5})}), "? 4 5");
}

TEST(ConcatInfer, SaysWhatDoesNotJoin) {
  EXPECT_EQ(InferError(Concat(0), {Typed({1, 3}), Typed({1, 4})}),
            "[1,3] and [1,4] do not join along axis 0: axis 1 differs");
  EXPECT_EQ(InferError(Concat(0), {Typed({1, 3}), Typed({3})}), "[1,3] and [3] do not join: their ranks differ");
  EXPECT_EQ(InferError(Concat(0), {Typed({1}), Typed({1}, DType::kI32)}), "input 1 is i32[1] where input 0 is f32[1]");
}

TEST(SplitInfer, DividesTheAxis) {
  EXPECT_THAT(InferredTypes(Split(2), {Typed({kDynamic, 8}), Int(1)}), ElementsAre("f32[?,4]", "f32[?,4]"));
  EXPECT_THAT(InferredTypes(Split(2), {Typed({kDynamic, 8}), Int(0)}), ElementsAre("f32[?,8]", "f32[?,8]"));
  EXPECT_EQ(InferError(Split(3), {Typed({2, 8}), Int(1)}), "axis 1 of [2,8] does not split into 3 equal parts");
  EXPECT_EQ(InferError(Split(0), {Typed({2, 8}), Int(1)}), "data cannot be split into 0 parts");
}

TEST(VariadicSplitInfer, GivesTheRestToTheLengthOfMinusOne) {
  EXPECT_THAT(InferredTypes(VariadicSplit{}, {Typed({7}), Int(0), Ints({2, -1})}), ElementsAre("f32[2]", "f32[5]"));
  EXPECT_THAT(InferredTypes(VariadicSplit{}, {Typed({kDynamic}), Int(0), Ints({2, -1})}),
              ElementsAre("f32[2]", "f32[?]"));
  EXPECT_EQ(InferError(VariadicSplit{}, {Typed({7}), Int(0), Ints({2, 2})}),
            "parts that add up to 4 do not fit extent 7");
  EXPECT_EQ(InferError(VariadicSplit{}, {Typed({7}), Int(0), Ints({9, -1})}),
            "parts that add up to 9 do not fit extent 7");
  EXPECT_EQ(InferError(VariadicSplit{}, {Typed({7}), Int(0), Ints({-1, -1})}), "more than one part takes the rest");
}

TEST(TileInfer, RepeatsAndAddsAxes) {
  EXPECT_EQ(Inferred(Tile{}, {Typed({3, kDynamic}), Ints({2, 1, 4})}), "f32[2,3,?]");
  EXPECT_EQ(Inferred(Tile{}, {Typed({3, 2}), SomeInts({std::nullopt, 5})}), "f32[?,10]");
  EXPECT_EQ(InferError(Tile{}, {Typed({3}), Ints({-1})}), "data cannot be repeated -1 times");
}

TEST(BroadcastInfer, GrowsToTheTarget) {
  Broadcast both_ways;
  both_ways.mode = Broadcast::Mode::kBidirectional;
  EXPECT_EQ(Inferred(Broadcast{}, {Typed({1, 3}), SomeInts({2, std::nullopt, 3})}), "f32[2,?,3]");
  EXPECT_EQ(Inferred(both_ways, {Typed({4, 3}), Ints({2, 1, 3})}), "f32[2,4,3]");
  EXPECT_EQ(InferredInts(Broadcast{}, {Int(9), Ints({3})}), "9 9 9");
  EXPECT_EQ(InferError(Broadcast{}, {Typed({4, 3}), Ints({1, 3})}),
            "[4,3] does not broadcast to the target shape [1,3]");
  EXPECT_EQ(InferError(Broadcast{}, {Typed({3}), Ints({-3})}), "the target shape has the extent -3");
}

TEST(PadInfer, AddsBothSides) {
  EXPECT_EQ(Inferred(Pad{}, {Typed({2, kDynamic}), Ints({1, 0}), Ints({2, 0})}), "f32[5,?]");
  EXPECT_EQ(InferError(Pad{}, {Typed({2}), Ints({-1}), Ints({0})}), "the pad -1 is negative");
  EXPECT_EQ(InferError(Pad{}, {Typed({2}), Ints({1, 1}), Ints({0})}), "2 pads for data of rank 1");
}

TEST(ShapeOfInfer, KnowsTheStaticExtents) {
  EXPECT_EQ(Inferred(ShapeOf(DType::kI32), {Typed({kDynamic, 19})}), "i32[2]");
  EXPECT_EQ(InferredInts(ShapeOf{}, {Typed({kDynamic, 19})}), "? 19");
  EXPECT_EQ(InferredInts(ShapeOf{}, {Typed(Shape::UnknownRank())}), "nothing");
}

TEST(RangeInfer, CountsWhereAllThreeAreKnown) {
  EXPECT_EQ(Inferred(Range{}, {Int(0), Int(7), Int(2)}), "i64[4]");
  EXPECT_EQ(Inferred(Range{}, {Int(3), Int(0), Int(1)}), "i64[0]");
  EXPECT_EQ(Inferred(Range{}, {Int(0), Typed({}, DType::kI64), Int(1)}), "i64[?]");
  EXPECT_EQ(InferredInts(Range{}, {Int(5), Int(-1), Int(-2)}), "5 3 1");
  EXPECT_EQ(InferError(Range{}, {Int(0), Int(1), Int(0)}), "no range leads from 0 to 1 by 0");
  EXPECT_EQ(InferError(Range{}, {Ints({0, 1}), Int(1), Int(1)}), "input 0 must be one number and is i64[2]");
}

}  // namespace
}  // namespace stepwell::ops::layout
