#include "stepwell/kernels/affine/affine.h"

#include <cmath>
#include <limits>

#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

using AffineTest = EveryIsa;
INSTANTIATE_TEST_SUITE_P(Every, AffineTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST_P(AffineTest, ScalesShiftsAndBoundsEveryElementAlone) {
  WorkerTeam team(2);
  for (const std::int64_t n : {1, 3, 16, 37, 256}) {
    for (const std::int64_t rows : {1, 5, 400}) {
      const auto x = RandomFloats(rows * n, 1, 3), scale = RandomFloats(n, 2, 2), shift = RandomFloats(n, 3);
      std::vector<float> out(x.size());
      ApplyAffine(x, {.scale = scale, .shift = shift, .low = -0.5F, .high = 2}, out, team);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const float product = x[i] * scale[i % AsSize(n)];
        const float sum = product + shift[i % AsSize(n)];
        ASSERT_EQ(out[i], std::min(std::max(sum, -0.5F), 2.0F)) << i;
      }
    }
  }
}

TEST_P(AffineTest, KeepsNotANumber) {
  std::vector<float> x(20, std::numeric_limits<float>::quiet_NaN());
  const std::vector<float> ones(20, 1);
  ApplyAffine(x, {.scale = ones, .shift = ones, .low = 0}, x);
  for (const float value : x) EXPECT_TRUE(std::isnan(value));
}

}  // namespace
}  // namespace stepwell::kernels
