#include "stepwell/ops/broadcast_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tests/support/random_tensor.h"

namespace stepwell::ops {
namespace {

// Where an operand's element lies that belongs to element `at` of the result, by the definition of broadcasting.
std::int64_t OffsetOf(std::int64_t at, const Shape& result, const Shape& operand) {
  std::int64_t offset = 0, stride = 1;
  for (int from_end = 1; from_end <= result.rank(); ++from_end) {
    const Dim extent = result[result.rank() - from_end];
    const std::int64_t index = at % extent;
    at /= extent;
    if (from_end > operand.rank()) continue;
    const Dim own = operand[operand.rank() - from_end];
    if (own != 1) offset += index * stride;
    stride *= own;
  }
  return offset;
}

std::vector<std::int64_t> Visited(const BroadcastLoop& loop, std::size_t operand, std::int64_t begin,
                                  std::int64_t end) {
  std::vector<std::int64_t> offsets;
  loop.ForEachRun(begin, end, [&](std::int64_t at, const BroadcastLoop::Offsets& from) {
    EXPECT_EQ(at, begin * loop.length() + std::ssize(offsets));
    for (std::int64_t i = 0; i < loop.length(); ++i) offsets.push_back(from[operand] + i * loop.step(operand));
  });
  return offsets;
}

TEST(BroadcastLoop, VisitsWhatBroadcastingPairs) {
  testing::Random random(1);
  for (int round = 0; round < 300; ++round) {
    const Shape result = testing::RandomShape(random, static_cast<int>(testing::RandomInt(random, 0, 5)), 4);
    const std::array operands = {testing::RandomOperandOf(random, result), testing::RandomOperandOf(random, result),
                                 result};
    const BroadcastLoop loop(result, operands);
    ASSERT_EQ(loop.runs() * loop.length(), result.num_elements());
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const auto visited = Visited(loop, i, 0, loop.runs());
      for (std::int64_t at = 0; at < result.num_elements(); ++at) {
        ASSERT_EQ(visited[AsSize(at)], OffsetOf(at, result, operands[i])) << ToText(result) << ToText(operands[i]);
      }
    }
  }
}

TEST(BroadcastLoop, MayStartAtAnyRun) {
  const Shape result{3, 2, 4};
  const BroadcastLoop loop(result, std::array{Shape{3, 1, 4}, Shape{2, 1}});
  const auto whole = Visited(loop, 0, 0, loop.runs());
  for (std::int64_t begin = 0; begin < loop.runs(); ++begin) {
    const auto part = Visited(loop, 0, begin, loop.runs());
    EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + begin * loop.length()));
  }
}

TEST(BroadcastLoop, MakesOneRunOfOperandsOfOneShape) {
  const BroadcastLoop loop({2, 3, 4}, std::array{Shape{2, 3, 4}, Shape{}});
  EXPECT_EQ(loop.runs(), 1);
  EXPECT_EQ(loop.length(), 24);
  EXPECT_EQ(loop.step(0), 1);
  EXPECT_EQ(loop.step(1), 0);
}

TEST(BroadcastLoop, VisitsNothingOfAnEmptyResult) {
  for (const Shape& result : {Shape{0, 3}, Shape{3, 0}, Shape{2, 0, 2}}) {
    const BroadcastLoop loop(result, std::array{result, Shape{1}});
    EXPECT_EQ(loop.runs() * loop.length(), 0);
    EXPECT_TRUE(Visited(loop, 0, 0, loop.runs()).empty());
  }
}

}  // namespace
}  // namespace stepwell::ops
