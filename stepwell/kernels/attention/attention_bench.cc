#include "stepwell/kernels/attention/attention.h"
#include "stepwell/kernels/bench_support.h"

namespace stepwell::kernels {
namespace {

// Arguments: batch, heads, rows (and keys), depth, threads.
void BenchAttention(benchmark::State& state) {
  const std::int64_t batch = state.range(0), heads = state.range(1), rows = state.range(2), depth = state.range(3);
  WorkerTeam& team = TeamOf(state.range(4));
  const AttentionStrides strides{.batch = rows * heads * depth, .head = depth, .row = heads * depth};
  const AttentionShape shape{.batch = batch,
                             .heads = heads,
                             .rows = rows,
                             .keys = rows,
                             .depth = depth,
                             .value_depth = depth,
                             .scale = 0.125F,
                             .q = strides,
                             .k = strides,
                             .v = strides,
                             .out = strides};
  const std::vector<float> x(AsSize(batch * strides.batch), 0.1F);
  std::vector<float> out(x.size());
  AlignedBuffer scratch(AttentionScratchBytes(shape, team.num_threads()));
  for (auto _ : state) {
    Attention(shape, {x.data(), x.data(), x.data(), nullptr, out.data()}, scratch.span(), team);
  }
  ReportRates(state, team,
              {.bytes = 4 * FloatBytes(std::ssize(x)),
               .operations = 4 * static_cast<double>(batch * heads * rows * rows * depth)});
}
BENCHMARK(BenchAttention)
    ->ArgNames({"batch", "heads", "rows", "depth", "threads"})
    ->ArgsProduct({{1}, {12}, {128, 512}, {64}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace stepwell::kernels
