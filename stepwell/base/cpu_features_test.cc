#include "stepwell/base/cpu_features.h"

#include <gtest/gtest.h>

namespace stepwell {
namespace {

TEST(Isa, NamesAreReadBack) {
  for (const Isa isa : {Isa::kScalar, Isa::kSse4, Isa::kAvx2, Isa::kAvx512}) EXPECT_EQ(FindIsa(IsaName(isa)), isa);
  EXPECT_EQ(FindIsa("avx"), std::nullopt);
}

TEST(Isa, ChosenIsNeverMoreThanTheMachineHas) { EXPECT_LE(ChosenIsa(), MachineIsa()); }

TEST(DescribeCpu, NamesWhatIsChosenFirst) { EXPECT_EQ(DescribeCpu().find(IsaName(ChosenIsa())), 0U); }

}  // namespace
}  // namespace stepwell
