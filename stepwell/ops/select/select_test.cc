#include <gtest/gtest.h>

#include <array>

#include "stepwell/ops/select/gather.h"
#include "stepwell/ops/select/gather_nd.h"
#include "stepwell/ops/select/one_hot.h"
#include "tests/support/infer_op.h"
#include "tests/support/run_op.h"

namespace stepwell::ops::select {
namespace {

using testing::InferError;
using testing::Inferred;
using testing::InferredInts;
using testing::Int;
using testing::Ints;
using testing::SomeInts;
using testing::Typed;
using testing::UnknownInts;

constexpr DType kI32 = DType::kI32;

Tensor I32(const Shape& shape, std::vector<std::int32_t> values) {
  return Tensor::Of<std::int32_t>(shape, std::span<const std::int32_t>(values));
}

template <class... Tensors>
std::string RunError(const ir::Op& op, Tensors... tensors) {
  const std::array<Tensor, sizeof...(Tensors)> inputs{std::move(tensors)...};
  return MessageOf([&] { testing::RunOnConstants(op, inputs, KernelSet::kFast); });
}

TEST(GatherInfer, PutsTheIndicesInPlaceOfTheAxis) {
  EXPECT_EQ(Inferred(Gather{}, {Typed({kDynamic, 16}), Typed({2, kDynamic}, kI32), Int(0)}), "f32[2,?,16]");
  EXPECT_EQ(Inferred(Gather{}, {Typed({5, 16, 3}), Typed({}, kI32), Int(-2)}), "f32[5,3]");
  EXPECT_EQ(Inferred(Gather{}, {Typed({5, 16}), Typed({2}, kI32), UnknownInts(1)}), "f32[?,?]");
  Gather batched;
  batched.batch_dims = 1;
  EXPECT_EQ(Inferred(batched, {Typed({kDynamic, 16, 3}), Typed({4, 2}, kI32), Int(1)}), "f32[4,2,3]");
}

TEST(GatherInfer, FollowsElements) {
  EXPECT_EQ(InferredInts(Gather{}, {SomeInts({std::nullopt, 16, 19}), Ints({-1, 0}), Int(0)}), "19 ?");
  EXPECT_EQ(InferredInts(Gather{}, {SomeInts({std::nullopt, 16, 19}), Int(1), Int(0)}), "16");
}

TEST(GatherInfer, SaysWhatDoesNotFit) {
  EXPECT_EQ(InferError(Gather{}, {Typed({5}), Typed({2}), Int(0)}), "the indices must be integers and are f32[2]");
  EXPECT_EQ(InferError(Gather{}, {Typed({5}), Typed({2}, kI32), Int(1)}), "axis 1 is outside a tensor of rank 1");
  Gather batched;
  batched.batch_dims = 1;
  EXPECT_EQ(InferError(batched, {Typed({3, 5}), Typed({2, 1}, kI32), Int(1)}),
            "data [3,5] and indices [2,1] differ in batch axis 0");
  EXPECT_EQ(InferError(batched, {Typed({3, 5}), Typed({3, 1}, kI32), Int(0)}), "axis 0 lies among the 1 batch axes");
}

TEST(GatherKernel, NamesAnIndexThatIsOutside) {
  EXPECT_EQ(RunError(Gather{}, I32({3}, {1, 2, 3}), I32({2}, {0, 3}), I32({}, {0})),
            "index 3 is outside axis 0 of extent 3");
  EXPECT_EQ(RunError(Gather{}, I32({3}, {1, 2, 3}), I32({1}, {-4}), I32({}, {0})),
            "index -4 is outside axis 0 of extent 3");
}

TEST(GatherNdInfer, KeepsTheAxesBehindTheCoordinates) {
  EXPECT_EQ(Inferred(GatherNd{}, {Typed({17, kDynamic, 64}), Typed({kDynamic, 2}, kI32)}), "f32[?,64]");
  EXPECT_EQ(Inferred(GatherNd{}, {Typed({17, 2}), Typed({3, kDynamic}, kI32)}), "f32[...]");
  EXPECT_EQ(InferError(GatherNd{}, {Typed({17}), Typed({3, 2}, kI32)}),
            "2 coordinates are too many for data [17] with 0 batch axes");
}

TEST(GatherNdKernel, NamesACoordinateThatIsOutside) {
  EXPECT_EQ(RunError(GatherNd{}, I32({2, 2}, {1, 2, 3, 4}), I32({2, 2}, {0, 1, 1, 2})),
            "coordinate 1 of row 1 is 2, outside axis 1 of [2,2]");
  EXPECT_EQ(RunError(GatherNd{}, I32({2}, {1, 2}), I32({1, 1}, {-1})),
            "coordinate 0 of row 0 is -1, outside axis 0 of [2]");
}

TEST(OneHotInfer, AddsTheDepth) {
  EXPECT_EQ(Inferred(OneHot{}, {Typed({kDynamic}, kI32), Int(3), Typed({}), Typed({})}), "f32[?,3]");
  EXPECT_EQ(Inferred(OneHot{}, {Typed({2}, kI32), Typed({}, kI32), Typed({}), Typed({})}), "f32[2,?]");
  EXPECT_EQ(InferError(OneHot{}, {Typed({2}, kI32), Int(-3), Typed({}), Typed({})}),
            "the depth must be one integer that is not negative");
}

}  // namespace
}  // namespace stepwell::ops::select
