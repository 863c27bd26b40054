#include "stepwell/kernels/activation/activation.h"
#include "stepwell/kernels/affine/affine.h"
#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/normalize/normalize.h"

namespace stepwell::kernels {
namespace {

// Functions of each element, and of rows of 768. Arguments: elements, threads.
template <class Compute>
void BenchElements(benchmark::State& state, Compute compute) {
  WorkerTeam& team = TeamOf(state.range(1));
  std::vector<float> x(AsSize(state.range(0))), out(x.size());
  for (std::size_t at = 0; at < x.size(); ++at) x[at] = static_cast<float>(at % 97) * 0.1F - 4.8F;
  for (auto _ : state) compute(x, out, team);
  ReportRates(state, team, {.bytes = 2 * FloatBytes(std::ssize(x)), .operations = static_cast<double>(x.size())});
}

constexpr std::int64_t kRow = 768;

void NormalizeRows(std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  Normalize(x, kRow, {.eps = 1e-6F}, out, team);
}

void ScaleRows(std::span<const float> x, std::span<float> out, WorkerTeam& team) {
  static const std::vector<float> ones(AsSize(kRow), 1.0F);
  ApplyAffine(x, {.scale = ones, .shift = ones, .low = 0}, out, team);
}

void OverSizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"elements", "threads"})
      ->ArgsProduct({{kRow, 128 * kRow, 8192 * kRow}, {1, 2}})
      ->UseRealTime()
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(BenchElements, exp, Exp)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, log, Log)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, sigmoid, Sigmoid)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, tanh, Tanh)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, erf, Erf)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, gelu_erf, GeluErf)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, gelu_tanh, GeluTanh)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, normalize, NormalizeRows)->Apply(OverSizes);
BENCHMARK_CAPTURE(BenchElements, affine, ScaleRows)->Apply(OverSizes);

}  // namespace
}  // namespace stepwell::kernels
