#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/gemm/matmul.h"
#include "stepwell/kernels/gemm/multiply.h"

namespace stepwell::kernels {
namespace {

// Arguments: format of the weights, inputs, outputs, rows, percent of the inputs that are exactly zero in all rows,
// threads. Bytes and operations are counted as if there were none.
void BenchMultiply(benchmark::State& state) {
  const auto format = static_cast<BenchFormat>(state.range(0));
  const std::int64_t inputs = state.range(1), outputs = state.range(2), rows = state.range(3), percent = state.range(4);
  WorkerTeam& team = TeamOf(state.range(5));
  const PackedMatrix weights(BenchMatrix(format, inputs, outputs), team, PackedBlocks::Fresh(),
                             percent > 0 ? Inputs::kOftenZero : Inputs::kSeldomZero);
  std::vector<float> a(AsSize(rows * inputs), 1.0F);
  for (std::int64_t at = 0; at < rows * inputs; ++at) {
    if (at % inputs * 37 % 100 < percent) a[AsSize(at)] = 0;
  }
  std::vector<float> out(AsSize(rows * outputs));
  AlignedBuffer scratch(MultiplyScratchBytes(weights, rows));
  for (auto _ : state) Multiply(weights, a, rows, out, {}, team, scratch.span());
  state.SetLabel(NameOf(format));
  const auto size = static_cast<double>(inputs) * static_cast<double>(outputs);
  ReportRates(state, team,
              {.bytes = BytesOfWeights(format, size) + FloatBytes(rows * (inputs + outputs)),
               .operations = 2 * size * static_cast<double>(rows)});
}
BENCHMARK(BenchMultiply)
    ->ArgNames({"format", "inputs", "outputs", "rows", "zeros", "threads"})
    // What the roofline shows.
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {2048}, {8192}, {1, 2, 4, 8, 16, 32, 64, 128, 256}, {0}, {2}})
    ->ArgsProduct({{0}, {2048}, {8192}, {1, 16}, {0, 20, 56, 94}, {1, 2}})
    ->ArgsProduct({{0}, {2048, 494}, {2048}, {16}, {0}, {2}})
    ->ArgsProduct({{0}, {2048}, {29}, {16}, {0}, {2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

// Arguments: products, rows, inner, columns, threads: products of computed matrices.
void BenchMatMul(benchmark::State& state) {
  const std::int64_t products = state.range(0), rows = state.range(1), inner = state.range(2), columns = state.range(3);
  WorkerTeam& team = TeamOf(state.range(4));
  const MatMulPlan plan({products, rows, inner}, {products, inner, columns}, Transposed::kNo, Transposed::kNo);
  const std::vector<float> a(AsSize(products * rows * inner), 0.5F), b(AsSize(products * inner * columns), 0.5F);
  std::vector<float> out(AsSize(products * rows * columns));
  AlignedBuffer scratch(plan.ScratchBytes(team.num_threads()));
  for (auto _ : state) plan.Run(a, b, out, scratch.span(), team);
  ReportRates(state, team,
              {.bytes = FloatBytes(std::ssize(a) + std::ssize(b) + std::ssize(out)),
               .operations = 2 * static_cast<double>(products * rows * inner * columns)});
}
BENCHMARK(BenchMatMul)
    ->ArgNames({"products", "rows", "inner", "columns", "threads"})
    ->ArgsProduct({{12}, {128}, {64}, {128}, {1, 2}})
    ->ArgsProduct({{1}, {512}, {512}, {512}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
