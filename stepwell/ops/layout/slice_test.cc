#include "stepwell/ops/layout/slice.h"

#include <gtest/gtest.h>

#include <limits>

#include "stepwell/ops/registry.h"
#include "tests/support/infer_op.h"

namespace stepwell::ops::layout {
namespace {

using testing::InferError;
using testing::Inferred;
using testing::InferredInts;
using testing::Ints;
using testing::SomeInts;
using testing::Typed;
using testing::UnknownInts;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

// What Python's slice(start, stop, step).indices(extent) says of the first element and the number of them.
struct Expected {
  std::int64_t first;
  std::int64_t count;
};

void ExpectSlice(std::int64_t start, std::int64_t stop, std::int64_t step, Dim extent, const Expected& expected) {
  const ResolvedSlice found = ResolveSlice({.kind = SlicedAxis::Kind::kRange}, {start, stop, step}, extent);
  EXPECT_EQ(found.count, expected.count) << start << ':' << stop << ':' << step << " of " << extent;
  if (expected.count > 0) {
    EXPECT_EQ(found.first, expected.first) << start << ':' << stop << ':' << step;
  }
}

TEST(ResolveSlice, CountsAsPythonDoes) {
  ExpectSlice(1, 4, 1, 5, {1, 3});
  ExpectSlice(-3, -1, 1, 5, {2, 2});
  ExpectSlice(0, kHighest, 2, 5, {0, 3});
  ExpectSlice(-100, 3, 1, 5, {0, 3});
  ExpectSlice(4, 1, 1, 5, {0, 0});
  ExpectSlice(-1, -6, -1, 5, {4, 5});
  ExpectSlice(100, kLowest, -2, 5, {4, 3});
  ExpectSlice(0, 5, kHighest, 5, {0, 1});
  ExpectSlice(4, -6, kLowest, 5, {4, 1});
  ExpectSlice(0, 1, 1, 0, {0, 0});
}

TEST(ResolveSlice, RefusesAStepOfZero) {
  EXPECT_EQ(MessageOf([] { ResolveSlice({.kind = SlicedAxis::Kind::kRange}, {0, 1, 0}, 2); }), "a slice has step 0");
}

TEST(SliceInfer, KeepsDynamicWhatDependsOnIt) {
  EXPECT_EQ(Inferred(Slice{}, {Typed({kDynamic, 8}), Ints({2}), Ints({5}), Ints({1}), Ints({1})}), "f32[?,3]");
  EXPECT_EQ(Inferred(Slice{}, {Typed({kDynamic, 8}), Ints({0}), Ints({5}), Ints({1})}), "f32[?,8]");
  EXPECT_EQ(Inferred(Slice{}, {Typed({6, 8}), UnknownInts(1), Ints({5}), Ints({1}), Ints({1})}), "f32[6,?]");
  EXPECT_EQ(Inferred(Slice{}, {Typed({6, 8}), Ints({1}), Ints({5}), Ints({1}), UnknownInts(1)}), "f32[?,?]");
  EXPECT_EQ(InferError(Slice{}, {Typed({6}), Ints({0, 0}), Ints({1, 1}), Ints({1, 1})}),
            "2 starts for 2 axes of data of rank 1");
}

TEST(SliceInfer, FollowsElements) {
  EXPECT_EQ(InferredInts(Slice{}, {SomeInts({4, std::nullopt, 6}), Ints({1}), Ints({3}), Ints({1})}), "? 6");
}

TEST(StridedSliceInfer, TakesOneElementAtAComputedPlace) {
  StridedSlice op;
  op.shrink_axis_mask = {1};
  EXPECT_EQ(Inferred(op, {Typed({kDynamic, 3}), UnknownInts(1), UnknownInts(1), Ints({1})}), "f32[3]");
  EXPECT_EQ(InferredInts(op, {SomeInts({kDynamic, 19}), Ints({1}), Ints({2}), Ints({1})}), "19");
  EXPECT_EQ(InferError(op, {Typed({4}), Ints({4}), Ints({5}), Ints({1})}), "index 4 is outside an axis of extent 4");
}

TEST(StridedSliceInfer, LeavesAWholeDynamicAxis) {
  StridedSlice op;
  op.begin_mask = {1, 0};
  op.end_mask = {1, 0};
  EXPECT_EQ(Inferred(op, {Typed({kDynamic, 4}), Ints({9, 1}), Ints({9, 3}), Ints({1, 1})}), "f32[?,2]");
  EXPECT_EQ(InferError(op, {Typed({4}), Ints({0, 0}), Ints({1, 1})}), "2 axes are sliced and data has 1");
}

TEST(SliceKernel, RefusesBoundsThatDoNotGiveThePlannedShape) {
  const std::array<TensorType, 4> types{
      TensorType{DType::kI32, {6}}, {DType::kI64, {1}}, {DType::kI64, {1}}, {DType::kI64, {1}}};
  const TensorType planned{DType::kI32, {2}};
  const std::array<const ir::ConstantData*, 4> constants{};
  const auto kernel = MakeKernel(Slice{}, {types, std::span(&planned, 1), constants});
  Tensor data(types[0]), start(types[1]), stop(types[1]), step(types[1]), out(planned);
  stop.as<std::int64_t>()[0] = 3;
  step.as<std::int64_t>()[0] = 1;
  const std::array<ConstTensorView, 4> inputs{data.view(), start.view(), stop.view(), step.view()};
  const std::array<TensorView, 1> outputs{out.view()};
  EXPECT_EQ(MessageOf([&] { kernel->Run({inputs, outputs, {}}); }), "a slice takes 3 elements where the plan has 2");
}

}  // namespace
}  // namespace stepwell::ops::layout
