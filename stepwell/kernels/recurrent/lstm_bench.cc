#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/recurrent/lstm.h"

namespace stepwell::kernels {
namespace {

// Arguments: inputs, cells, projection, frames, batch, threads.
void BenchLstm(benchmark::State& state) {
  const std::int64_t inputs = state.range(0), cells = state.range(1), projected = state.range(2);
  const std::int64_t outputs = projected > 0 ? projected : cells;
  const LstmExtent extent{.frames = state.range(3), .batch = state.range(4)};
  WorkerTeam& team = TeamOf(state.range(5));
  const auto random = [](std::int64_t k, std::int64_t n) {
    return DenseWeights(BenchWeights(k * n), k, n, WeightOrder::kInputsByOutputs);
  };
  LstmWeights weights;
  weights.input = random(inputs, 4 * cells);
  weights.recurrent = random(outputs, 4 * cells);
  if (projected > 0) weights.projection = random(cells, projected);
  const LstmLayer layer(weights, team);
  weights = {};
  const std::int64_t rows = extent.frames * extent.batch;
  const std::vector<float> x(AsSize(rows * inputs), 0.5F), h(AsSize(extent.batch * outputs)),
      c(AsSize(extent.batch * cells));
  std::vector<float> h_all(AsSize(rows * outputs)), c_all(AsSize(rows * cells));
  AlignedBuffer scratch(layer.ScratchBytes(extent));
  for (auto _ : state) {
    layer.Run(extent, {.x = x, .initial_h = h, .initial_c = c, .h_all = h_all, .c_all = c_all}, scratch.span(), team);
  }
  // The input's weights are read once for a call (of up to 48 rows), the others at every step.
  const auto frames = static_cast<double>(extent.frames);
  const double step_weights = static_cast<double>(cells * outputs * 4 + cells * projected);
  const double input_weights = static_cast<double>(inputs * cells * 4);
  ReportRates(state, team, 4 * (input_weights + frames * step_weights),
              static_cast<double>(rows) * (input_weights + step_weights));
}
BENCHMARK(BenchLstm)
    // DeepSpeech: 16 frames a call, then 1; a batch of 16; a small one.
    ->ArgsProduct({{2048}, {2048}, {0}, {16}, {1}, {1, 2}})
    ->Args({2048, 2048, 0, 1, 1, 2})
    ->Args({2048, 2048, 0, 16, 16, 2})
    ->Args({64, 64, 0, 1, 1, 2})
    // lm_1b: one word.
    ->Args({1024, 8192, 1024, 1, 1, 2})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
