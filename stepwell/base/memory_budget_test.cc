#include "stepwell/base/memory_budget.h"

#include <gtest/gtest.h>

#include <limits>

#include "stepwell/base/tensor.h"
#include "tests/support/message_of.h"

namespace stepwell {
namespace {

class MemoryBudgetTest : public ::testing::Test {
 protected:
  ~MemoryBudgetTest() override { SetMemoryBudget(before_); }

 private:
  std::size_t before_ = MemoryBudget();
};

TEST_F(MemoryBudgetTest, IsNoMoreThanTheMachineHas) {
  EXPECT_GT(MemoryBudget(), 0U);
  EXPECT_LT(MemoryBudget(), std::numeric_limits<std::size_t>::max());
}

TEST_F(MemoryBudgetTest, CountsTensorsAsLongAsTheyLive) {
  const std::size_t before = MemoryInUse();
  {
    const Tensor tensor({DType::kF32, {1000, 1000}});
    EXPECT_GE(MemoryInUse(), before + 4'000'000);
  }
  EXPECT_EQ(MemoryInUse(), before);
}

TEST_F(MemoryBudgetTest, RefusesWhatWouldGoPastItAllTogether) {
  // Large tensors lie at huge pages, and the allocator may count as much as one more page to each.
  SetMemoryBudget(MemoryInUse() + (std::size_t{13} << 20));
  const Tensor fits({DType::kU8, {8 << 20}});
  EXPECT_NE(MessageOf([] { Tensor({DType::kU8, {8 << 20}}); }).find("is a shape too large?"), std::string::npos);
  EXPECT_NO_THROW(Tensor({DType::kU8, {1 << 10}}));
}

TEST_F(MemoryBudgetTest, RefusesASizeThatOnlyAFileCouldClaim) {
  const std::size_t before = MemoryInUse();
  EXPECT_THROW(AlignedBuffer(std::numeric_limits<std::size_t>::max() - 1), Error);
  EXPECT_THROW(AlignedBuffer(std::numeric_limits<std::size_t>::max() / 2), Error);
  EXPECT_EQ(MemoryInUse(), before);
}

}  // namespace
}  // namespace stepwell
