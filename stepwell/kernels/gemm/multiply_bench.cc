#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/gemm/multiply.h"

namespace stepwell::kernels {
namespace {

// Arguments: inputs, outputs, rows, threads, percent of the inputs that are exactly zero in all rows. Bytes and
// multiply-adds are counted as if there were none.
void BenchMultiply(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), outputs = state.range(1), rows = state.range(2), percent = state.range(4);
  WorkerTeam& team = TeamOf(state.range(3));
  const PackedMatrix weights(
      DenseWeights(BenchWeights(inputs * outputs), inputs, outputs, WeightOrder::kInputsByOutputs), team);
  std::vector<float> a(AsSize(rows * inputs), 1.0F);
  for (std::int64_t at = 0; at < rows * inputs; ++at) {
    if (at % inputs * 37 % 100 < percent) a[AsSize(at)] = 0;
  }
  std::vector<float> out(AsSize(rows * outputs));
  for (auto _ : state) Multiply(weights, a, rows, out, {}, team);
  const auto size = static_cast<double>(inputs) * static_cast<double>(outputs);
  ReportRates(state, team, 4 * size, size * static_cast<double>(rows));
}
BENCHMARK(BenchMultiply)
    ->ArgsProduct({{2048}, {8192}, {1, 2, 4, 8, 16, 64, 200, 1000}, {1, 2}, {0}})
    ->Args({2048, 2048, 16, 2, 0})
    ->Args({494, 2048, 16, 2, 0})
    ->Args({2048, 29, 16, 2, 0})
    ->ArgsProduct({{2048}, {8192}, {1, 16}, {1, 2}, {20, 56, 94}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
