#include "stepwell/ir/initial_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stepwell::ir {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

StateVar StateFrom(const Shape& shape, std::vector<float> values) {
  return {"s", "in", "out", ConstantData::Of(Tensor::Of<float>(shape, values)), ""};
}

TEST(InitialValue, IsZeroWhereNoneIsSaid) {
  const Tensor zeros = InitialValue({"s", "in", "out", std::nullopt, ""}, {DType::kF32, {2, 3}});
  EXPECT_THAT(zeros.as<float>(), Each(0.0F));
}

TEST(InitialValue, RepeatsARowForEveryStreamOfABatch) {
  const Tensor rows = InitialValue(StateFrom({1, 2}, {1, 2}), {DType::kF32, {3, 2}});
  EXPECT_THAT(rows.as<float>(), ElementsAre(1, 2, 1, 2, 1, 2));
}

TEST(InitialValue, RepeatsAlongAnyDimensionOfExtentOne) {
  const Tensor tensor = InitialValue(StateFrom({2, 1, 2}, {1, 2, 3, 4}), {DType::kF32, {2, 2, 2}});
  EXPECT_THAT(tensor.as<float>(), ElementsAre(1, 2, 1, 2, 3, 4, 3, 4));
}

TEST(InitialValue, RefusesWhatDoesNotFit) {
  EXPECT_THROW(InitialValue(StateFrom({2, 2}, {1, 2, 3, 4}), {DType::kF32, {3, 2}}), Error);
  EXPECT_THROW(InitialValue(StateFrom({2}, {1, 2}), {DType::kF32, {1, 2}}), Error);
  EXPECT_THROW(InitialValue(StateFrom({1, 2}, {1, 2}), {DType::kI32, {1, 2}}), Error);
}

}  // namespace
}  // namespace stepwell::ir
