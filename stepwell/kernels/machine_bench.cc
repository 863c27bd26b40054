#include "stepwell/kernels/machine_bench.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

#include "stepwell/base/checked.h"
#include "stepwell/base/memory.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/machine_bench.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// The sum of `count` floats, a multiple of 64, fetched 8 KB ahead.
HWY_ATTR float ReadImpl(const float* values, std::int64_t count) {
  const D d;
  constexpr std::int64_t kLineFloats = 16, kAhead = 2048;
  V sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  for (std::int64_t at = 0; at < count; at += 4 * kLineFloats) {
    for (std::int64_t line = 0; line < 4; ++line) {
      const float* from = values + at + line * kLineFloats;
      hwy::Prefetch(from + kAhead);
      for (std::int64_t lane = 0; lane < kLineFloats; lane += static_cast<std::int64_t>(hn::Lanes(d))) {
        sums[line] = hn::Add(sums[line], hn::Load(d, from + lane));
      }
    }
  }
  const V sum = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

constexpr int kChains = 12;  // enough for two units of four cycles each, and few enough for 16 registers

// Returns how many operations each of the `turns` is.
HWY_ATTR std::int64_t MultiplyAddImpl(std::int64_t turns, float* out) {
  const D d;
  V sums[kChains];
  for (int chain = 0; chain < kChains; ++chain) sums[chain] = hn::Set(d, static_cast<float>(chain));
  const V factor = hn::Set(d, 0.5F), addend = hn::Set(d, 1.0F);
  for (std::int64_t turn = 0; turn < turns; ++turn) {
#pragma GCC unroll 12
    for (int chain = 0; chain < kChains; ++chain) sums[chain] = hn::MulAdd(sums[chain], factor, addend);
  }
  V sum = sums[0];
  for (int chain = 1; chain < kChains; ++chain) sum = hn::Add(sum, sums[chain]);
  *out = hn::GetLane(sum);
  return 2 * kChains * static_cast<std::int64_t>(hn::Lanes(d));
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(ReadImpl);
HWY_EXPORT(MultiplyAddImpl);

constexpr int kPasses = 7;

// The fastest of several passes in which every member does its share.
template <class Body>
double LeastSeconds(WorkerTeam& team, Body body) {
  double least = 1e9;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    team.Run(body);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    least = std::min(least, elapsed.count());
  }
  return least;
}

}  // namespace

double MeasureReading(WorkerTeam& team, std::int64_t block_bytes) {
  constexpr std::int64_t kGrain = 64;
  SettleIsa();
  const AlignedBuffer block(AsSize(block_bytes));
  const auto* values = reinterpret_cast<const float*>(block.data());
  const std::int64_t count = block_bytes / std::int64_t{sizeof(float)} / kGrain * kGrain;
  const std::int64_t repeats = std::max<std::int64_t>(1, (64 << 20) / block_bytes);
  const double seconds = LeastSeconds(team, [&](int member) {
    const Range part = PartOf(count, kGrain, member, team.num_threads());
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
      benchmark::DoNotOptimize(HWY_DYNAMIC_DISPATCH(ReadImpl)(values + part.begin, part.end - part.begin));
    }
  });
  return static_cast<double>(repeats * count) * sizeof(float) / seconds;
}

double MeasureArithmetic(WorkerTeam& team) {
  constexpr std::int64_t kTurns = 1 << 18;
  SettleIsa();
  std::int64_t operations = 0;
  const double seconds = LeastSeconds(team, [&](int member) {
    float result = 0;
    const std::int64_t of_turn = HWY_DYNAMIC_DISPATCH(MultiplyAddImpl)(kTurns, &result);
    benchmark::DoNotOptimize(result);
    if (member == 0) operations = of_turn;
  });
  return static_cast<double>(operations * kTurns * team.num_threads()) / seconds;
}

}  // namespace stepwell::kernels
#endif
