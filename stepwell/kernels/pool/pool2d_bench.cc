#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/pool/pool2d.h"

namespace stepwell::kernels {
namespace {

// Arguments: function (PoolFunction), extent, channels, kernel, stride, threads.
void BenchPool2d(benchmark::State& state) {
  const std::int64_t extent = state.range(1), channels = state.range(2), kernel = state.range(3);
  WorkerTeam& team = TeamOf(state.range(5));
  const Pool2dShape::Axis axis{
      .input = extent, .output = (extent - kernel) / state.range(4) + 1, .kernel = kernel, .stride = state.range(4)};
  const Pool2dShape shape{.images = 1, .channels = channels, .height = axis, .width = axis};
  const std::vector<float> x(AsSize(extent * extent * channels), 0.5F);
  std::vector<float> out(AsSize(axis.output * axis.output * channels));
  for (auto _ : state) Pool2d(shape, static_cast<PoolFunction>(state.range(0)), x, out, team);
  ReportRates(state, team,
              {.bytes = FloatBytes(std::ssize(x) + std::ssize(out)),
               .operations = static_cast<double>(out.size()) * static_cast<double>(kernel * kernel)});
}
BENCHMARK(BenchPool2d)
    ->ArgNames({"function", "extent", "channels", "kernel", "stride", "threads"})
    // ResNet's first and last.
    ->ArgsProduct({{0}, {112}, {64}, {3}, {2}, {1, 2}})
    ->ArgsProduct({{1}, {7}, {2048}, {7}, {1}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
