#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/conv/conv2d.h"

namespace stepwell::kernels {
namespace {

// Arguments: in channels, height, width, out channels, kernel height, kernel width, threads.
void BenchConv2d(benchmark::State& state) {
  const Conv2dShape shape{.in_channels = state.range(0),
                          .in_height = state.range(1),
                          .in_width = state.range(2),
                          .out_channels = state.range(3),
                          .kernel_height = state.range(4),
                          .kernel_width = state.range(5)};
  WorkerTeam& team = TeamOf(state.range(6));
  const std::int64_t weights = shape.out_channels * shape.in_channels * shape.kernel_height * shape.kernel_width;
  const Conv2dPlan plan(shape, BenchWeights(weights), {}, Conv2dActivation::kRelu);
  const std::int64_t positions = shape.out_height() * shape.out_width();
  const std::vector<float> x(AsSize(shape.in_channels * shape.in_height * shape.in_width), 0.5F);
  std::vector<float> out(AsSize(shape.out_channels * positions));
  AlignedBuffer scratch(plan.ScratchBytes(team.num_threads()));
  for (auto _ : state) plan.Run(x, out, scratch.span(), team);
  ReportRates(state, team,
              {.bytes = FloatBytes(weights + std::ssize(x) + std::ssize(out)),
               .operations = 2 * static_cast<double>(weights * positions)});
}
BENCHMARK(BenchConv2d)
    // lm_1b's widest character convolution.
    ->ArgsProduct({{1}, {50}, {16}, {2048}, {7}, {16}, {1, 2}})
    // ResNet.
    ->ArgsProduct({{64}, {58}, {58}, {64}, {3}, {3}, {1, 2}})
    ->ArgsProduct({{256}, {14}, {14}, {1024}, {1}, {1}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
