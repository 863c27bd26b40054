#include "stepwell/kernels/audio/real_dft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "stepwell/base/error.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

using Complex = std::complex<double>;

std::vector<Complex> Transformed(const std::vector<double>& x) {
  const RealDft dft(std::ssize(x));
  std::vector<Complex> out(AsSize(dft.bins())), scratch(AsSize(dft.scratch_elements()));
  dft.Run(x, out, scratch);
  return out;
}

std::vector<double> Noise(std::int64_t size) {
  const auto floats = RandomFloats(size, 1);
  return {floats.begin(), floats.end()};
}

// By the definition, in long double.
std::complex<long double> Bin(const std::vector<double>& x, std::int64_t k) {
  std::complex<long double> sum = 0;
  for (std::int64_t n = 0; n < std::ssize(x); ++n) {
    const long double angle = -2 * std::numbers::pi_v<long double> * static_cast<long double>(n * k % std::ssize(x)) /
                              static_cast<long double>(x.size());
    sum += static_cast<long double>(x[AsSize(n)]) * std::polar(1.0L, angle);
  }
  return sum;
}

TEST(RealDft, AgreesWithItsDefinition) {
  for (const std::int64_t size : {1, 2, 3, 4, 5, 8, 17, 25, 64, 100, 255, 256, 400, 512, 1024}) {
    const auto x = Noise(size);
    const auto out = Transformed(x);
    ASSERT_EQ(std::ssize(out), size / 2 + 1);
    for (std::int64_t k = 0; k < std::ssize(out); ++k) {
      const Complex expected(Bin(x, k));
      ASSERT_NEAR(std::abs(out[AsSize(k)] - expected), 0, 1e-12) << "bin " << k << " of " << size;
    }
  }
}

TEST(RealDft, OfAPureToneHasOneBin) {
  std::vector<double> tone(512);
  for (std::size_t n = 0; n < tone.size(); ++n) {
    tone[n] = std::cos(2 * std::numbers::pi * 37 * static_cast<double>(n) / 512);
  }
  const auto out = Transformed(tone);
  for (std::size_t k = 0; k < out.size(); ++k) ASSERT_NEAR(std::abs(out[k]), k == 37 ? 256 : 0, 1e-10);
}

TEST(RealDft, RefusesNoSamples) { EXPECT_THROW(RealDft(0), Error); }

TEST(RealDft, RefusesSizesWhoseDefinitionWouldTakeMinutes) {
  EXPECT_EQ(RealDft(1 << 17).bins(), (1 << 16) + 1);
  EXPECT_THROW(RealDft((1 << 17) + 1), Error);
}

}  // namespace
}  // namespace stepwell::kernels
