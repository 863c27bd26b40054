#pragma once

// For the benchmarks of this folder. Every benchmark takes the number of threads as its last argument and reports, next
// to its own rates, what the machine gave at the same time: shared machines change from minute to minute.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/compressed_floats.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/weight_source.h"
#include "stepwell/kernels/machine_bench.h"

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

// How weights are stored and multiplied; an argument of benchmarks.
enum class BenchFormat : std::int64_t {
  kFp32,
  kBf16,
  kInt8,            // a scale for each output
  kInt4,            // a scale for each 64 inputs of an output
  kInt8ByIntegers,  // the same by activations of 8-bit integers
  kInt4ByIntegers,
};
inline constexpr const char* kBenchFormatNames[] = {"fp32", "bf16", "int8", "int4", "int8 x int8", "int4 x int8"};
inline constexpr double kBenchFormatBytes[] = {4, 2, 1, 0.5625, 1, 0.5625};  // of a weight, scales included

inline std::string NameOf(BenchFormat format) { return kBenchFormatNames[static_cast<std::size_t>(format)]; }
inline double BytesOfWeights(BenchFormat format, double weights) {
  return weights * kBenchFormatBytes[static_cast<std::size_t>(format)];
}

inline WeightSource BenchMatrix(BenchFormat format, std::int64_t inputs, std::int64_t outputs) {
  constexpr auto kOrder = WeightOrder::kOutputsByInputs;
  if (format == BenchFormat::kFp32) return DenseWeights(BenchWeights(inputs * outputs), inputs, outputs, kOrder);
  const bool is_int4 = format == BenchFormat::kInt4 || format == BenchFormat::kInt4ByIntegers;
  auto weights = std::make_shared<CompressedFloats>();
  weights->dtype = format == BenchFormat::kBf16 ? DType::kBF16 : (is_int4 ? DType::kI4 : DType::kI8);
  weights->elements = inputs * outputs;
  const std::int64_t bytes = inputs * outputs * DTypeBits(weights->dtype) / 8;
  // Every other 16 bits of small floats are a small bfloat16; as integers they are as good as any.
  const SharedBytes random = BenchWeights((bytes + 1) / 2);
  AlignedBuffer values(AsSize(bytes));
  for (std::int64_t at = 0; at < bytes; ++at) values.data()[at] = random.data()[2 * (at / 2 * 2) + 2 + at % 2];
  weights->values = SharedBytes::Own(std::move(values));
  if (format != BenchFormat::kBf16) {
    weights->elements_per_block = is_int4 ? 64 : inputs;
    weights->scales.assign(AsSize(inputs * outputs / weights->elements_per_block), 0.001F);
  }
  const bool by_integers = format == BenchFormat::kInt8ByIntegers || format == BenchFormat::kInt4ByIntegers;
  weights->activations = by_integers ? ActivationFormat::kInt8 : ActivationFormat::kFp32;
  return DenseWeights(LazyBytes(std::shared_ptr<const CompressedFloats>(weights)), inputs, outputs, kOrder);
}

// What one iteration reads and writes, and computes: a multiply-add is two operations. Functions count by their
// elements, an operation each.
struct BenchWork {
  double bytes = 0;
  double operations = 0;
};

// Reports GB/s and GFLOP/s of the benchmark, and the machine's, measured now: reading from memory and from the shared
// cache, and fp32 multiply-adds.
inline void ReportRates(benchmark::State& state, WorkerTeam& team, const BenchWork& work) {
  const auto rate = [](double amount) {
    return benchmark::Counter(amount / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["GB/s"] = rate(work.bytes);
  state.counters["GFLOP/s"] = rate(work.operations);
  state.counters["FLOP/B"] = benchmark::Counter(work.operations / work.bytes);
  state.counters["machine_GB/s"] = benchmark::Counter(MeasureReading(team, 256 << 20) / 1e9);
  state.counters["machine_cache_GB/s"] = benchmark::Counter(MeasureReading(team, 8 << 20) / 1e9);
  state.counters["machine_GFLOP/s"] = benchmark::Counter(MeasureArithmetic(team) / 1e9);
}

inline double FloatBytes(std::int64_t floats) { return static_cast<double>(floats) * sizeof(float); }

}  // namespace stepwell::kernels
