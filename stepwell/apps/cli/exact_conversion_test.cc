#include "stepwell/apps/cli/exact_conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace stepwell::cli {
namespace {

template <class T>
Tensor Vector(std::initializer_list<T> values) {
  return Tensor::Of<T>({static_cast<Dim>(values.size())}, std::span(values.begin(), values.size()));
}

TEST(ConvertExactly, TakesValuesThatDoNotChange) {
  const Tensor ints = ConvertExactly(Vector<double>({16, -3, 0}), DType::kI32);
  EXPECT_THAT(ints.as<std::int32_t>(), testing::ElementsAre(16, -3, 0));
  const Tensor floats = ConvertExactly(Vector<std::int64_t>({1 << 24, -1}), DType::kF32);
  EXPECT_THAT(floats.as<float>(), testing::ElementsAre(16777216.0F, -1.0F));
  EXPECT_TRUE(std::isnan(ConvertExactly(Vector<float>({NAN}), DType::kF64).as<double>()[0]));
}

TEST(ConvertExactly, RefusesValuesThatChange) {
  EXPECT_THROW(ConvertExactly(Vector<double>({0.5}), DType::kI32), Error);
  EXPECT_THROW(ConvertExactly(Vector<double>({0.1}), DType::kF32), Error);
  EXPECT_THROW(ConvertExactly(Vector<std::int64_t>({(1 << 24) + 1}), DType::kF32), Error);
  EXPECT_THROW(ConvertExactly(Vector<std::int64_t>({std::int64_t{1} << 31}), DType::kI32), Error);
  EXPECT_THROW(ConvertExactly(Vector<std::int32_t>({-1}), DType::kU8), Error);
  EXPECT_THROW(ConvertExactly(Vector<float>({NAN}), DType::kI32), Error);
  EXPECT_THROW(ConvertExactly(Vector<double>({9.3e18}), DType::kI64), Error);
  EXPECT_THROW(ConvertExactly(Vector<double>({1e300}), DType::kF32), Error);
  EXPECT_THROW(ConvertExactly(Vector<std::int64_t>({std::numeric_limits<std::int64_t>::max()}), DType::kF64), Error);
}

}  // namespace
}  // namespace stepwell::cli
