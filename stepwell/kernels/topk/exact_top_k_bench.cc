#include <random>

#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/topk/exact_top_k.h"

namespace stepwell::kernels {
namespace {

// The 40 largest of `rows` logits of 1024 random weights each: the hardest case, since no row stands out.
void FindTop40(benchmark::State& state) {
  const std::int64_t rows = state.range(0);
  constexpr std::int64_t kInputs = 1024;
  WorkerTeam& team = TeamOf(state.range(1));
  const ExactTopK matrix(
      DenseWeights(LazyBytes(BenchWeights(rows * kInputs)), kInputs, rows, WeightOrder::kOutputsByInputs), {}, team);
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  std::vector<float> activation(kInputs);
  const auto memory = ExactTopK::MakeMemory();
  TopKCertificate certificate;
  for (auto _ : state) {
    state.PauseTiming();
    for (float& value : activation) value = normal(generator);
    state.ResumeTiming();
    certificate = matrix.Find(activation, 40, {}, *memory, team).certificate;
  }
  state.counters["rows_8_bits"] = static_cast<double>(certificate.stages[1].rows);
  state.counters["rows_32_bits"] = static_cast<double>(certificate.stages[2].rows);
  state.counters["share_of_bytes"] =
      static_cast<double>(certificate.bytes()) / static_cast<double>(certificate.full_bytes());
  ReportRates(
      state, team,
      {.bytes = static_cast<double>(certificate.bytes()), .operations = 2 * static_cast<double>(rows * kInputs)});
}
BENCHMARK(FindTop40)->ArgsProduct({{5'000, 200'000, 800'000}, {1, 2}})->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stepwell::kernels
