#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/softmax/softmax.h"

namespace stepwell::kernels {
namespace {

// Arguments: elements of a row, threads.
void BenchSoftmax(benchmark::State& state) {
  WorkerTeam& team = TeamOf(state.range(1));
  const std::vector<float> x(AsSize(state.range(0)), 0.5F);
  std::vector<float> out(x.size());
  for (auto _ : state) Softmax(x, state.range(0), out, team);
  ReportRates(state, team, {.bytes = 2 * FloatBytes(std::ssize(x)), .operations = static_cast<double>(x.size())});
}
BENCHMARK(BenchSoftmax)->ArgsProduct({{29, 5000, 800000}, {1, 2}})->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
