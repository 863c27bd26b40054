#include <gtest/gtest.h>

#include "tests/support/count_allocations.h"
#include "tests/support/small_stream.h"

namespace stepwell::state {
namespace {

TEST(StepAllocation, ACallAfterTheFirstAllocatesNothing) {
  testing::SmallRunner runner;
  Stream stream(runner.layout(), {.rewind_depth = 2});
  const std::vector<float> x = {1, 2};
  const std::int64_t row = 0;
  std::vector<float> y(3);
  const ConstTensorView inputs[] = {{{DType::kF32, {1, 2}}, std::as_bytes(std::span(x)).data()},
                                    {{DType::kI64, {1}}, reinterpret_cast<const std::byte*>(&row)}};
  const TensorView outputs[] = {{{DType::kF32, {1, 3}}, std::as_writable_bytes(std::span(y)).data()}};
  stream.Step(runner.stepper(), inputs, outputs);
  const std::size_t before = testing::allocations;
  for (int call = 0; call < 10; ++call) stream.Step(runner.stepper(), inputs, outputs);
  EXPECT_EQ(testing::allocations, before);
}

}  // namespace
}  // namespace stepwell::state
