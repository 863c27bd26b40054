// Exp, Log, Sigmoid and Tanh of every float, against Highway's functions in double, whose errors of 4 units of the last
// place of a double are 1e-8 of a float's. By default, every float for which a result is not trivial, and others; with
// the environment variable STEPWELL_EVERY_FLOAT all 2^32 of them under every instruction set, which takes some minutes.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "stepwell/kernels/activation/activation.h"
#include "stepwell/kernels/test_support.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/activation/exhaustive_test.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

#ifndef STEPWELL_KERNELS_ACTIVATION_EXHAUSTIVE_TEST_ONCE_
#define STEPWELL_KERNELS_ACTIVATION_EXHAUSTIVE_TEST_ONCE_
namespace stepwell::kernels {
namespace {

enum class Truth : std::uint8_t { kExp, kLog, kSigmoid, kTanh };

// What a stretch of results has shown.
struct Verdict {
  double largest_error = 0;  // in units of the last place; infinite where a NaN is missing or one too many
  double largest_fall = 0;   // the most by which a result is below that of the next smaller float, in the same units

  void Include(const Verdict& other) {
    largest_error = std::max(largest_error, other.largest_error);
    largest_fall = std::max(largest_fall, other.largest_fall);
  }
};

}  // namespace
}  // namespace stepwell::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
using Half = hn::Rebind<float, D>;

HWY_INLINE V Load(const float* values) { return hn::PromoteTo(D(), hn::LoadU(Half(), values)); }

// Of a finite or infinite x. Beyond the bounds the float nearest to the truth is that of the bound.
HWY_INLINE V TruthOf(Truth truth, V x) {
  const D d;
  const V bounded = hn::Min(hn::Max(x, hn::Set(d, -200.0)), hn::Set(d, 200.0));
  switch (truth) {
    case Truth::kExp:
      return hn::Exp(d, bounded);
    case Truth::kSigmoid:
      return hn::Div(hn::Set(d, 1.0), hn::Add(hn::Set(d, 1.0), hn::Exp(d, hn::Neg(bounded))));
    case Truth::kTanh:
      return hn::Tanh(d, bounded);
    case Truth::kLog:
      break;
  }
  const V infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const V log = hn::Log(d, hn::Max(hn::Min(x, hn::Set(d, 0x1p+200)), hn::Set(d, 0x1p-200)));
  const V or_infinite = hn::IfThenElse(hn::Eq(x, infinity), infinity, log);
  const V or_below = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), or_infinite);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), or_below);
}

// Infinity as the number that follows the largest float, so that distances to it are numbers.
HWY_INLINE V Finite(V v) {
  const D d;
  return hn::IfThenElse(hn::Gt(hn::Abs(v), hn::Set(d, 0x1p+128)), hn::CopySign(hn::Set(d, 0x1p+128), v), v);
}

// In units of the last place that a float near `truth` has.
HWY_INLINE V InUlps(V distance, V truth) {
  const D d;
  const hn::RebindToUnsigned<D> bits;
  const V power = hn::BitCast(d, hn::And(hn::BitCast(bits, truth), hn::Set(bits, 0x7ff0000000000000U)));
  const V bounded = hn::Min(hn::Max(power, hn::Set(d, 0x1p-126)), hn::Set(d, 0x1p+127));
  // The reciprocal of 2^n: the sum of the two's biased exponents is twice the bias.
  const V reciprocal = hn::BitCast(d, hn::Sub(hn::Set(bits, std::uint64_t{2046} << 52), hn::BitCast(bits, bounded)));
  return hn::Mul(distance, hn::Mul(reciprocal, hn::Set(d, 0x1p+23)));
}

// The results y of x[0 .. count), a multiple of 8, all of one sign and ordered by magnitude; x and y may be read one
// element earlier.
HWY_ATTR Verdict JudgeImpl(Truth truth, const float* x, const float* y, std::int64_t count) {
  const D d;
  const V zero = hn::Zero(d), infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const double direction = std::signbit(x[0]) ? -1 : 1;
  V error = zero, fall = zero;
  for (std::int64_t at = 0; at < count; at += static_cast<std::int64_t>(hn::Lanes(d))) {
    const V argument = Load(x + at), actual = Load(y + at), before = Load(y + at - 1);
    const V expected = hn::IfThenElse(hn::Ne(argument, argument), argument, TruthOf(truth, argument));
    const auto missing = hn::Xor(hn::Ne(expected, expected), hn::Ne(actual, actual));
    const auto is_number = hn::Eq(actual, actual);
    const V distance = InUlps(hn::Abs(hn::Sub(Finite(actual), Finite(expected))), Finite(expected));
    error = hn::Max(error, hn::IfThenElse(missing, infinity, hn::IfThenElseZero(is_number, distance)));
    const V rise = hn::Mul(hn::Sub(Finite(actual), Finite(before)), hn::Set(d, direction));
    fall = hn::Max(fall, hn::IfThenElseZero(hn::Lt(rise, zero), InUlps(hn::Neg(rise), actual)));
  }
  return {hn::GetLane(hn::MaxOfLanes(d, error)), hn::GetLane(hn::MaxOfLanes(d, fall))};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(JudgeImpl);

using Kernel = void (*)(std::span<const float>, std::span<float>, WorkerTeam&);

struct Promise {  // of activation.h
  const char* name;
  Kernel kernel;
  Truth truth;
  double largest_error;
  double largest_fall;
};

const Promise kPromises[] = {{"Exp", Exp, Truth::kExp, 1, 0},
                             {"Log", Log, Truth::kLog, 1, 0},
                             {"Sigmoid", Sigmoid, Truth::kSigmoid, 2.5, 1},
                             {"Tanh", Tanh, Truth::kTanh, 2.5, 2}};

constexpr std::int64_t kBlock = 1 << 14;
constexpr std::int64_t kBlocks = (std::int64_t{1} << 32) / kBlock;

// The floats of consecutive bit patterns: all positive ones, then all negative ones.
void FillWithFloats(std::int64_t first, std::span<float> x) {
  auto bits = static_cast<std::uint32_t>(first);
  for (float& value : x) value = std::bit_cast<float>(bits++);
}

enum class Share : std::uint8_t {
  kAll,
  kAllThatMatter,  // of 2^-26 <= |x| < 128, beyond which results are constant or x itself, all; of the others some
  kSome,
};

bool IsTried(std::int64_t block, Share share) {
  constexpr std::int64_t kFirst = std::int64_t{127 - 26} << 23, kEnd = std::int64_t{127 + 7} << 23;
  const std::int64_t magnitude = block % (kBlocks / 2) * kBlock;
  const bool matters = magnitude >= kFirst && magnitude < kEnd;
  return share == Share::kAll || (share == Share::kAllThatMatter && matters) || block % 61 == 0;
}

// All floats take minutes.
Share ShareFor(Isa isa) {
  if (std::getenv("STEPWELL_EVERY_FLOAT") != nullptr) return Share::kAll;
  return isa == MachineIsa() && isa >= Isa::kAvx2 ? Share::kAllThatMatter : Share::kSome;
}

using Judge = decltype(&HWY_NAMESPACE::JudgeImpl);

Verdict JudgeBlocks(const Promise& promise, Judge judge, Share share, Range blocks) {
  WorkerTeam alone(1);
  std::array<float, kBlock + 1> x, y;  // the first is the float before the block's
  Verdict verdict;
  for (std::int64_t block = blocks.begin; block < blocks.end; ++block) {
    if (!IsTried(block, share)) continue;
    FillWithFloats(block * kBlock - 1, x);
    if (std::signbit(x[0]) != std::signbit(x[1])) x[0] = x[1];
    promise.kernel(x, y, alone);
    verdict.Include(judge(promise.truth, x.data() + 1, y.data() + 1, kBlock));
  }
  return verdict;
}

// Interleaved stretches for two threads.
Verdict JudgeOnTwoThreads(const Promise& promise, Judge judge, Share share) {
  constexpr std::int64_t kStretch = 64;
  std::array<Verdict, 2> verdicts;
  WorkerTeam(2).Run([&](int member) {
    for (std::int64_t first = member * kStretch; first < kBlocks; first += 2 * kStretch) {
      verdicts[AsSize(member)].Include(JudgeBlocks(promise, judge, share, {first, first + kStretch}));
    }
  });
  verdicts[0].Include(verdicts[1]);
  return verdicts[0];
}

class ExhaustiveTest : public EveryIsa {
 protected:
  // The judge uses the best instructions whatever the kernels use.
  ExhaustiveTest() {
    ForceIsa(MachineIsa());
    judge_ = HWY_DYNAMIC_DISPATCH(JudgeImpl);
    ForceIsa(GetParam());
  }

  Judge judge_;
};

TEST_P(ExhaustiveTest, KeepsEveryPromise) {
  for (const Promise& promise : kPromises) {
    const Verdict verdict = JudgeOnTwoThreads(promise, judge_, ShareFor(GetParam()));
    EXPECT_LE(verdict.largest_error, promise.largest_error) << promise.name;
    EXPECT_LE(verdict.largest_fall, promise.largest_fall) << promise.name;
    RecordProperty(std::string(promise.name) + "LargestError", std::to_string(verdict.largest_error));
  }
}

INSTANTIATE_TEST_SUITE_P(Every, ExhaustiveTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST(Activation, GivesTheSameBitsOnAvx2AndAvx512ForEveryFloat) {
  if (MachineIsa() < Isa::kAvx512) GTEST_SKIP() << "this machine has no AVX-512";
  WorkerTeam team(2);
  std::vector<float> x(kBlock * 64), narrow(x.size()), wide(x.size());
  for (std::int64_t block = 0; block < kBlocks; block += 64) {
    if (!IsTried(block, ShareFor(MachineIsa()))) continue;
    FillWithFloats(block * kBlock, x);
    for (const Promise& promise : kPromises) {
      ForceIsa(Isa::kAvx2);
      promise.kernel(x, narrow, team);
      ForceIsa(Isa::kAvx512);
      promise.kernel(x, wide, team);
      ASSERT_TRUE(SameBits(narrow, wide)) << promise.name << " of floats near " << x[0];
    }
  }
  ForceIsa(ChosenIsa());
}

}  // namespace
}  // namespace stepwell::kernels
#endif
