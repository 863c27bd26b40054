#include "stepwell/kernels/normalize/normalize.h"

#include <algorithm>
#include <cmath>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/normalize/normalize.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));

// Partial sums are kept in this many places whatever the number of lanes, so that every instruction set adds the same
// numbers in the same order.
constexpr std::int64_t kPlaces = 16;
constexpr std::int64_t kFloatElements = 1024;

struct Itself {
  HWY_ATTR V operator()(V v) const { return v; }
};
struct SquaredDistance {
  float from;
  HWY_ATTR V operator()(V v) const {
    const V distance = hn::Sub(v, hn::Set(D(), from));
    return hn::Mul(distance, distance);
  }
};

// The sum of term(x) over at most kFloatElements elements.
template <class Term>
HWY_ATTR double SumOfFew(const float* x, std::int64_t count, Term term) {
  const D d;
  V sums[kPlaces / kLanes];
  for (V& sum : sums) sum = hn::Zero(d);
  std::int64_t at = 0;
  for (; at + kPlaces <= count; at += kPlaces) {
    for (std::int64_t v = 0; v < kPlaces / kLanes; ++v) {
      sums[v] = hn::Add(sums[v], term(hn::LoadU(d, x + at + v * kLanes)));
    }
  }
  HWY_ALIGN float places[kPlaces];
  for (std::int64_t v = 0; v < kPlaces / kLanes; ++v) hn::Store(sums[v], d, places + v * kLanes);
  HWY_ALIGN float rest[kPlaces] = {};
  std::copy_n(x + at, count - at, rest);
  for (std::int64_t v = 0; v < kPlaces / kLanes; ++v) {
    hn::Store(term(hn::Load(d, rest + v * kLanes)), d, rest + v * kLanes);
  }
  for (std::int64_t place = 0; place < count - at; ++place) places[place] += rest[place];
  double sum = 0;
  for (const float part : places) sum += double{part};
  return sum;
}

template <class Term>
HWY_ATTR double Sum(const float* x, std::int64_t count, Term term) {
  double sum = 0;
  for (std::int64_t at = 0; at < count; at += kFloatElements) {
    sum += SumOfFew(x + at, std::min(kFloatElements, count - at), term);
  }
  return sum;
}

float FactorOf(double variance, const Normalization& how) {
  const auto eps = static_cast<double>(how.eps);
  const bool inside = how.eps_place == Normalization::EpsPlace::kInsideSqrt;
  return static_cast<float>(1 / (inside ? std::sqrt(variance + eps) : std::sqrt(variance) + eps));
}

// gamma and beta may be null.
HWY_INLINE V Finish(V v, V mean, V factor, const float* gamma, const float* beta) {
  const D d;
  V y = hn::Mul(hn::Sub(v, mean), factor);
  if (gamma != nullptr) y = hn::Mul(y, hn::LoadU(d, gamma));
  if (beta != nullptr) y = hn::Add(y, hn::LoadU(d, beta));
  return y;
}

// The last elements, fewer than a vector, through a full one.
HWY_ATTR void FinishRest(const float* x, std::int64_t count, V mean, V factor, const float* gamma, const float* beta,
                         float* out) {
  const D d;
  HWY_ALIGN float values[kPlaces] = {};
  HWY_ALIGN float scale[kPlaces] = {};
  HWY_ALIGN float shift[kPlaces] = {};
  std::copy_n(x, count, values);
  if (gamma != nullptr) std::copy_n(gamma, count, scale);
  if (beta != nullptr) std::copy_n(beta, count, shift);
  const V y =
      Finish(hn::Load(d, values), mean, factor, gamma == nullptr ? nullptr : scale, beta == nullptr ? nullptr : shift);
  hn::Store(y, d, values);
  std::copy_n(values, count, out);
}

HWY_ATTR void NormalizeRowImpl(const float* x, std::int64_t n, const Normalization& how, float* out) {
  const D d;
  const auto length = static_cast<double>(n);
  const auto mean = static_cast<float>(Sum(x, n, Itself()) / length);
  float factor = 1;
  if (how.scale == Normalization::Scale::kVariance) factor = FactorOf(Sum(x, n, SquaredDistance{mean}) / length, how);
  const float* gamma = how.gamma.empty() ? nullptr : how.gamma.data();
  const float* beta = how.beta.empty() ? nullptr : how.beta.data();
  const V means = hn::Set(d, mean), factors = hn::Set(d, factor);
  const auto at_or_null = [](const float* values, std::int64_t at) { return values == nullptr ? values : values + at; };
  std::int64_t at = 0;
  for (; at + kLanes <= n; at += kLanes) {
    hn::StoreU(Finish(hn::LoadU(d, x + at), means, factors, at_or_null(gamma, at), at_or_null(beta, at)), d, out + at);
  }
  if (at < n) FinishRest(x + at, n - at, means, factors, at_or_null(gamma, at), at_or_null(beta, at), out + at);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(NormalizeRowImpl);

// Below this many elements a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 15;

}  // namespace

void Normalize(std::span<const float> x, std::int64_t n, const Normalization& how, std::span<float> out,
               WorkerTeam& team) {
  SettleIsa();
  STEPWELL_CHECK(x.size() == out.size());
  if (x.empty()) return;
  STEPWELL_CHECK(n > 0 && x.size() % AsSize(n) == 0);
  STEPWELL_CHECK((how.gamma.empty() || std::ssize(how.gamma) == n) && (how.beta.empty() || std::ssize(how.beta) == n));
  const auto normalize_row = HWY_DYNAMIC_DISPATCH(NormalizeRowImpl);
  const std::int64_t rows = std::ssize(x) / n;
  const auto normalize = [&](Range range) {
    for (std::int64_t row = range.begin; row < range.end; ++row) {
      normalize_row(x.data() + row * n, n, how, out.data() + row * n);
    }
  };
  if (std::ssize(x) < kLeastForTeam) return normalize({0, rows});
  team.Run([&](int member) { normalize(PartOf(rows, 1, member, team.num_threads())); });
}

}  // namespace stepwell::kernels
#endif
