#pragma once

// For the benchmarks of this folder. Every benchmark takes the number of threads as its last argument and reports, next
// to its own rate, what the machine gave at the same time: shared machines change from minute to minute.

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/multiply.h"

namespace stepwell::kernels {

inline WorkerTeam& TeamOf(std::int64_t threads) {
  static WorkerTeam one(1);
  static WorkerTeam two(2);
  return threads == 1 ? one : two;
}

// Weights of pseudo-random bytes that are small floats; their values do not matter, but they must not be subnormal.
inline SharedBytes BenchWeights(std::int64_t elements) {
  AlignedBuffer buffer(AsSize(elements) * sizeof(float));
  auto* values = reinterpret_cast<float*>(buffer.data());
  std::uint32_t seed = 1;
  for (std::int64_t at = 0; at < elements; ++at) {
    seed = seed * 1664525U + 1013904223U;
    values[at] = static_cast<float>(seed >> 8) * 0x1p-28F - 0x1p-5F;
  }
  return SharedBytes::Own(std::move(buffer));
}

// Bytes per second that the team reads from a block of 256 MB, best of a few passes.
inline double ReadBandwidth(WorkerTeam& team) {
  constexpr std::int64_t kWords = 32 << 20;
  static const AlignedBuffer block(AsSize(kWords) * sizeof(std::uint64_t));
  const auto* words = reinterpret_cast<const std::uint64_t*>(block.data());
  double best = 0;
  for (int pass = 0; pass < 5; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    team.Run([&](int member) {
      const Range part = PartOf(kWords, 8, member, team.num_threads());
      std::uint64_t sums[8] = {};
      for (std::int64_t at = part.begin; at < part.end; at += 8) {
        for (int lane = 0; lane < 8; ++lane) sums[lane] += words[at + lane];
      }
      benchmark::DoNotOptimize(sums);
    });
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(block.size()) / elapsed.count());
  }
  return best;
}

// Reports bytes and multiply-adds per second of the benchmark, and the bandwidth measured now.
inline void ReportRates(benchmark::State& state, WorkerTeam& team, double bytes, double multiply_adds) {
  const auto per_iteration = benchmark::Counter::kIsIterationInvariantRate;
  state.counters["bytes/s"] = benchmark::Counter(bytes, per_iteration, benchmark::Counter::kIs1000);
  state.counters["madds/s"] = benchmark::Counter(multiply_adds, per_iteration, benchmark::Counter::kIs1000);
  state.counters["machine_bytes/s"] = benchmark::Counter(ReadBandwidth(team));
}

}  // namespace stepwell::kernels
