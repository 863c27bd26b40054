#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/small_stream.h"

namespace {

std::atomic<std::size_t> allocations = 0;

void* CountedAllocation(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return CountedAllocation(bytes); }
void* operator new[](std::size_t bytes) { return CountedAllocation(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

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
  const std::size_t before = allocations;
  for (int call = 0; call < 10; ++call) stream.Step(runner.stepper(), inputs, outputs);
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace stepwell::state
