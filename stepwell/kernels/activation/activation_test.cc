#include "stepwell/kernels/activation/activation.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

using Kernel = void (*)(std::span<const float>, std::span<float>, WorkerTeam&);

struct Function {
  const char* name;
  Kernel kernel;
  double (*truth)(double);
  double most_ulp;  // as promised in activation.h
  enum class Place { kOfResult, kOfArgument } place = Place::kOfResult;
};

double TrueSigmoid(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }

double TrueGeluErf(double x) { return x / 2 * (1 + std::erf(x * M_SQRT1_2)); }
double TrueGeluTanh(double x) { return x / 2 * (1 + std::tanh(std::sqrt(M_2_PI) * (x + 0.044715 * x * x * x))); }

const Function kFunctions[] = {{"exp", Exp, [](double x) { return std::exp(x); }, 1.0},
                               {"log", Log, [](double x) { return std::log(x); }, 1.0},
                               {"sigmoid", Sigmoid, TrueSigmoid, 2.5},
                               {"tanh", Tanh, [](double x) { return std::tanh(x); }, 2.5},
                               {"erf", Erf, [](double x) { return std::erf(x); }, 7},
                               {"erf gelu", GeluErf, TrueGeluErf, 4, Function::Place::kOfArgument},
                               {"tanh gelu", GeluTanh, TrueGeluTanh, 4, Function::Place::kOfArgument}};

// The distance of neighbouring floats near the value.
double UlpAt(double value) {
  const float magnitude = std::min(std::abs(static_cast<float>(value)), std::numeric_limits<float>::max());
  const float below = std::nextafter(magnitude, 0.0F);
  return std::max(double{magnitude} - double{below}, 0x1p-149);
}

void ExpectNearTruth(const Function& function, float x, float actual) {
  const double truth = function.truth(x);
  if (std::isnan(truth)) {
    ASSERT_TRUE(std::isnan(actual)) << function.name << " of " << x;
  } else if (std::isinf(static_cast<float>(truth)) || std::isinf(actual)) {
    // Rounds to infinity, or is so near to doing so that the bound allows it.
    ASSERT_EQ(std::signbit(actual), std::signbit(truth));
    ASSERT_GE(std::abs(actual), std::numeric_limits<float>::max()) << function.name << " of " << x;
    ASSERT_GE(std::abs(truth), double{std::numeric_limits<float>::max()} * (1 - 0x1p-23)) << function.name << x;
  } else {
    const double ulp = UlpAt(function.place == Function::Place::kOfResult ? truth : double{x});
    ASSERT_LE(std::abs(double{actual} - truth), function.most_ulp * ulp) << function.name << " of " << x;
  }
}

class ActivationTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

// Every 9973rd bit pattern of all floats, zeros, subnormals, infinities and NaNs among them, against the C library.
// (exhaustive_test.cc tries all.)
TEST_P(ActivationTest, KeepsItsErrorBoundOverTheWholeRangeOfFloat) {
  constexpr std::uint64_t kStep = 9973;
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += kStep) {
    x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  std::vector<float> out(x.size());
  for (const Function& function : kFunctions) {
    function.kernel(x, out, two_);
    for (std::size_t at = 0; at < x.size(); ++at) ExpectNearTruth(function, x[at], out[at]);
  }
}

TEST_P(ActivationTest, KeepsItsErrorBoundWhereModelsAre) {
  const auto x = RandomFloats(100000, 1, 20);
  std::vector<float> out(x.size());
  for (const Function& function : kFunctions) {
    function.kernel(x, out, two_);
    for (std::size_t at = 0; at < x.size(); ++at) ExpectNearTruth(function, x[at], out[at]);
  }
}

TEST_P(ActivationTest, GivesTheExactValuesOfTheLimits) {
  const std::vector<float> x = {kInfinity, -kInfinity, 0.0F, -0.0F};
  std::vector<float> out(4);
  Exp(x, out, one_);
  EXPECT_EQ(out, (std::vector<float>{kInfinity, 0, 1, 1}));
  Sigmoid(x, out, one_);
  EXPECT_EQ(out, (std::vector<float>{1, 0, 0.5F, 0.5F}));
  Tanh(x, out, one_);
  EXPECT_EQ(out, (std::vector<float>{1, -1, 0, 0}));
  EXPECT_TRUE(std::signbit(out[3]));
  Log(x, out, one_);
  EXPECT_EQ(out[0], kInfinity);
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], -kInfinity);
}

TEST_P(ActivationTest, IsConstantBeyondTheLimits) {
  const std::vector<float> x = {-103.98F, -1e30F, 88.7229F, 1e30F, 16.64F, 9.011F, -9.011F};
  std::vector<float> exp(x.size()), sigmoid(x.size()), tanh(x.size());
  Exp(x, exp, one_);
  Sigmoid(x, sigmoid, one_);
  Tanh(x, tanh, one_);
  EXPECT_EQ(std::vector<float>(exp.begin(), exp.begin() + 4), (std::vector<float>{0, 0, kInfinity, kInfinity}));
  EXPECT_EQ(std::vector<float>(sigmoid.begin(), sigmoid.begin() + 5), (std::vector<float>{0, 0, 1, 1, 1}));
  EXPECT_EQ(tanh, (std::vector<float>{-1, -1, 1, 1, 1, 1, -1}));
}

TEST_P(ActivationTest, GivesEveryElementTheSameBitsAtAnyPlace) {
  const auto x = RandomFloats(200, 2, 5);
  for (const Function& function : kFunctions) {
    std::vector<float> whole(x.size());
    function.kernel(x, whole, one_);
    for (const std::int64_t count : {1, 2, 3, 5, 17, 63, 64, 65, 100}) {
      std::vector<float> part(AsSize(count));
      function.kernel(std::span(x).subspan(7, AsSize(count)), part, one_);
      EXPECT_TRUE(SameBits(part, std::span(whole).subspan(7, AsSize(count)))) << function.name << " of " << count;
    }
  }
}

TEST_P(ActivationTest, GivesTheSameBitsOnTwoThreadsAndInPlace) {
  const auto x = RandomFloats(100001, 3, 5);
  for (const Function& function : kFunctions) {
    std::vector<float> alone(x.size());
    function.kernel(x, alone, one_);
    std::vector<float> in_place = x;
    function.kernel(in_place, in_place, two_);
    EXPECT_TRUE(SameBits(alone, in_place)) << function.name;
  }
}

TEST_P(ActivationTest, ClampsButKeepsNan) {
  const std::vector<float> x = {-kInfinity, -1, -0.0F, 3, 20, 20.5F, kInfinity, kNan};
  std::vector<float> out(8);
  Clamp(x, 0, 20, out, one_);
  EXPECT_EQ(std::vector<float>(out.begin(), out.end() - 1), (std::vector<float>{0, 0, 0, 3, 20, 20, 20}));
  EXPECT_TRUE(std::isnan(out[7]));
}

INSTANTIATE_TEST_SUITE_P(Every, ActivationTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(Activation, GivesTheSameBitsOnAvx2AndAvx512) {
  if (MachineIsa() < Isa::kAvx512) GTEST_SKIP() << "this machine has no AVX-512";
  WorkerTeam team(1);
  const auto x = RandomFloats(10001, 4, 30);
  for (const Function& function : kFunctions) {
    std::vector<float> narrow(x.size()), wide(x.size());
    ForceIsa(Isa::kAvx2);
    function.kernel(x, narrow, team);
    ForceIsa(Isa::kAvx512);
    function.kernel(x, wide, team);
    ForceIsa(ChosenIsa());
    EXPECT_TRUE(std::ranges::equal(narrow, wide, [](float a, float b) { return a == b || (a != a && b != b); }));
  }
}

}  // namespace
}  // namespace stepwell::kernels
