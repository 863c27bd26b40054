#include <gtest/gtest.h>

#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/layout/squeeze.h"
#include "tests/support/infer_op.h"

namespace stepwell::ops::layout {
namespace {

using testing::InferError;
using testing::Inferred;
using testing::InferredInts;
using testing::Int;
using testing::Ints;
using testing::SomeInts;
using testing::Typed;
using testing::UnknownInts;

TEST(ReshapeInfer, ComputesTheRestWhereTheElementsAreKnown) {
  EXPECT_EQ(Inferred(Reshape{}, {Typed({16, 1, 19, 26}), Ints({-1, 494})}), "f32[16,494]");
  EXPECT_EQ(Inferred(Reshape{}, {Typed({6}), SomeInts({2, std::nullopt})}), "f32[2,3]");
}

TEST(ReshapeInfer, LeavesDynamicWhatItCannotKnow) {
  EXPECT_EQ(Inferred(Reshape{}, {Typed({kDynamic, 1, 64}), Ints({-1, 64})}), "f32[?,64]");
  EXPECT_EQ(Inferred(Reshape{}, {Typed({2, 3}), UnknownInts(3)}), "f32[?,?,?]");
  EXPECT_EQ(Inferred(Reshape{}, {Typed({2, 3}), UnknownInts(kDynamic)}), "f32[...]");
  EXPECT_EQ(Inferred(Reshape{}, {Typed(Shape::UnknownRank()), Ints({-1, 4})}), "f32[?,4]");
}

TEST(ReshapeInfer, CopiesADimensionForZeroOnlyWhenToldTo) {
  Reshape special;
  special.special_zero = true;
  EXPECT_EQ(Inferred(special, {Typed({kDynamic, 2, 3}), Ints({0, 6})}), "f32[?,6]");
  EXPECT_EQ(Inferred(Reshape{}, {Typed({0, 3}), Ints({5, 0})}), "f32[5,0]");
  EXPECT_EQ(InferError(special, {Typed({6}), Ints({1, 0})}), "the pattern copies dimension 1 of [6], which it lacks");
}

TEST(ReshapeInfer, RefusesPatternsThatDoNotFit) {
  EXPECT_EQ(InferError(Reshape{}, {Typed({16}), Ints({3, 5})}), "16 elements of [16] cannot take the shape [3,5]");
  EXPECT_EQ(InferError(Reshape{}, {Typed({16}), Ints({-1, 5})}), "16 elements of [16] cannot take the shape [?,5]");
  EXPECT_EQ(InferError(Reshape{}, {Typed({16}), Ints({-1, 0})}), "16 elements of [16] cannot take the shape [?,0]");
  EXPECT_EQ(InferError(Reshape{}, {Typed({16}), Ints({-1, -1})}), "the pattern has more than one -1");
  EXPECT_EQ(InferError(Reshape{}, {Typed({16}), Ints({4, -4})}), "the pattern asks for -4 at place 1");
}

TEST(SqueezeInfer, RemovesTheNamedAxesOrAllOfExtentOne) {
  EXPECT_EQ(Inferred(Squeeze{}, {Typed({1, kDynamic, 1}), Ints({-1})}), "f32[1,?]");
  EXPECT_EQ(Inferred(Squeeze{}, {Typed({1, 5, 1})}), "f32[5]");
  EXPECT_EQ(Inferred(Squeeze{}, {Typed({kDynamic, 5}), Ints({0})}), "f32[5]");
  EXPECT_EQ(Inferred(Squeeze{}, {Typed({1, 5, 1}), UnknownInts(2)}), "f32[?]");
  EXPECT_EQ(Inferred(Squeeze{}, {Typed({1, kDynamic})}), "f32[...]");
}

TEST(SqueezeInfer, RefusesAnAxisThatIsLonger) {
  EXPECT_EQ(InferError(Squeeze{}, {Typed({1, 5}), Ints({1})}),
            "axis 1 of [1,5] cannot be removed: its extent is not 1");
  EXPECT_EQ(InferError(Squeeze{}, {Typed({1, 5}), Ints({2})}), "axis 2 is outside a tensor of rank 2");
}

TEST(UnsqueezeInfer, CountsAxesInTheResult) {
  EXPECT_EQ(Inferred(Unsqueeze{}, {Typed({kDynamic, 3}), Ints({0, -1})}), "f32[1,?,3,1]");
  EXPECT_EQ(Inferred(Unsqueeze{}, {Typed({2, 3}), Int(1)}), "f32[2,1,3]");
  EXPECT_EQ(Inferred(Unsqueeze{}, {Typed({2, 3}), UnknownInts(1)}), "f32[?,?,?]");
  EXPECT_EQ(InferError(Unsqueeze{}, {Typed({2}), Ints({0, -3})}),
            "axes [0,-3] of a tensor of rank 3 name an axis twice");
}

TEST(Views, KeepWhatIsKnownOfTheElements) {
  EXPECT_EQ(InferredInts(Reshape{}, {SomeInts({1, std::nullopt}), Ints({2, 1})}), "1 ?");
  EXPECT_EQ(InferredInts(Squeeze{}, {SomeInts({7}), Ints({0})}), "7");
  EXPECT_EQ(InferredInts(Unsqueeze{}, {Int(7), Ints({0})}), "7");
  EXPECT_EQ(InferredInts(Unsqueeze{}, {Typed({2}), Ints({0})}), "nothing");
}

}  // namespace
}  // namespace stepwell::ops::layout
