#include <cmath>

#include "stepwell/kernels/bench_support.h"
#include "stepwell/kernels/recurrent/gru.h"
#include "stepwell/kernels/recurrent/lstm.h"

namespace stepwell::kernels {
namespace {

// What a layer's call reads, the input's weights once for 48 rows, the others at every step, and computes.
BenchWork WorkOf(BenchFormat format, double input_weights, double step_weights, const SequenceExtent& extent) {
  const auto rows = static_cast<double>(extent.frames * extent.batch);
  const double passes = std::ceil(rows / 48);
  return {.bytes = BytesOfWeights(format, passes * input_weights + static_cast<double>(extent.frames) * step_weights),
          .operations = 2 * rows * (input_weights + step_weights)};
}

// Arguments: format of the weights, inputs, cells, projection, frames, batch, threads.
void BenchLstm(benchmark::State& state) {
  const auto format = static_cast<BenchFormat>(state.range(0));
  const std::int64_t inputs = state.range(1), cells = state.range(2), projected = state.range(3);
  const std::int64_t outputs = projected > 0 ? projected : cells;
  const LstmExtent extent{.frames = state.range(4), .batch = state.range(5)};
  WorkerTeam& team = TeamOf(state.range(6));
  LstmWeights weights;
  weights.input = BenchMatrix(format, inputs, 4 * cells);
  weights.recurrent = BenchMatrix(format, outputs, 4 * cells);
  if (projected > 0) weights.projection = BenchMatrix(format, cells, projected);
  const LstmLayer layer(weights, team);
  weights = {};
  const std::int64_t rows = extent.frames * extent.batch;
  const std::vector<float> x(AsSize(rows * inputs), 0.5F), h(AsSize(extent.batch * outputs)),
      c(AsSize(extent.batch * cells));
  std::vector<float> h_all(AsSize(rows * outputs)), c_all(AsSize(rows * cells));
  AlignedBuffer scratch(layer.ScratchBytes(extent, team));
  for (auto _ : state) {
    layer.Run(extent, {.x = x, .initial_h = h, .initial_c = c, .h_all = h_all, .c_all = c_all}, scratch.span(), team);
  }
  state.SetLabel(NameOf(format));
  ReportRates(state, team,
              WorkOf(format, static_cast<double>(inputs * cells * 4),
                     static_cast<double>(cells * outputs * 4 + cells * projected), extent));
}
BENCHMARK(BenchLstm)
    ->ArgNames({"format", "inputs", "cells", "projection", "frames", "batch", "threads"})
    // DeepSpeech, 16 frames a call: what the roofline shows; then one frame, and one thread.
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {2048}, {2048}, {0}, {16}, {1, 2, 4, 8, 16, 32, 64, 128, 256}, {2}})
    ->ArgsProduct({{0, 1, 2, 3, 4, 5}, {2048}, {2048}, {0}, {1}, {1}, {2}})
    ->ArgsProduct({{0}, {2048}, {2048}, {0}, {16}, {1}, {1}})
    // The small one: what is not arithmetic shows here.
    ->ArgsProduct({{0, 2}, {64}, {64}, {0}, {1, 16}, {1}, {2}})
    // lm_1b: one word.
    ->ArgsProduct({{0, 4}, {1024}, {8192}, {1024}, {1}, {1}, {2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

// Arguments: format of the weights, inputs, cells, what is reset (GruReset), frames, batch, threads.
void BenchGru(benchmark::State& state) {
  const auto format = static_cast<BenchFormat>(state.range(0));
  const std::int64_t inputs = state.range(1), cells = state.range(2);
  const SequenceExtent extent{.frames = state.range(4), .batch = state.range(5)};
  WorkerTeam& team = TeamOf(state.range(6));
  GruWeights weights;
  weights.input = BenchMatrix(format, inputs, 3 * cells);
  weights.recurrent = BenchMatrix(format, cells, 3 * cells);
  weights.reset = static_cast<GruReset>(state.range(3));
  const GruLayer layer(weights, team);
  weights = {};
  const std::int64_t rows = extent.frames * extent.batch;
  const std::vector<float> x(AsSize(rows * inputs), 0.5F), h(AsSize(extent.batch * cells));
  std::vector<float> h_all(AsSize(rows * cells));
  AlignedBuffer scratch(layer.ScratchBytes(extent));
  for (auto _ : state) layer.Run(extent, {.x = x, .initial_h = h, .h_all = h_all}, scratch.span(), team);
  state.SetLabel(NameOf(format));
  ReportRates(state, team,
              WorkOf(format, static_cast<double>(inputs * cells * 3), static_cast<double>(cells * cells * 3), extent));
}
BENCHMARK(BenchGru)
    ->ArgNames({"format", "inputs", "cells", "reset", "frames", "batch", "threads"})
    ->ArgsProduct({{0, 1, 2, 3}, {2048}, {2048}, {0, 1}, {16}, {1}, {2}})
    ->ArgsProduct({{0}, {2048}, {2048}, {0}, {16}, {16}, {2}})
    ->ArgsProduct({{0}, {64}, {64}, {0}, {1}, {1}, {2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
