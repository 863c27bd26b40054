#include "stepwell/kernels/gemm/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kFloat = sizeof(float);

// Consecutive outputs of the source that stay consecutive within one panel.
struct Run {
  std::int64_t packed = 0;  // the first, counted over all panels
  std::int64_t source = 0;
  std::int64_t count = 0;
};

std::vector<Run> RunsOf(std::span<const std::int64_t> columns, std::int64_t source_outputs) {
  std::vector<Run> runs;
  for (std::int64_t packed = 0; packed < std::ssize(columns); ++packed) {
    const std::int64_t source = columns[AsSize(packed)];
    STEPWELL_CHECK(source >= -1 && source < source_outputs);
    if (source < 0) continue;
    const bool begins_panel = packed % PackedMatrix::kPanel == 0;
    if (!begins_panel && !runs.empty() && runs.back().packed + runs.back().count == packed &&
        runs.back().source + runs.back().count == source) {
      ++runs.back().count;
    } else {
      runs.push_back({packed, source, 1});
    }
  }
  return runs;
}

std::vector<std::int64_t> AllColumns(std::int64_t outputs) {
  std::vector<std::int64_t> columns(AsSize(outputs));
  for (std::int64_t n = 0; n < outputs; ++n) columns[AsSize(n)] = n;
  return columns;
}

class Packer {
 public:
  Packer(const WeightSource& source, float* packed) : source_(source), bytes_(source.bytes.Get()), packed_(packed) {
    STEPWELL_CHECK(source.input_stride == 1 || source.output_stride == 1);
    const std::int64_t last =
        source.offset + (source.inputs - 1) * source.input_stride + (source.outputs - 1) * source.output_stride;
    STEPWELL_CHECK(source.offset >= 0 && AsSize(last + 1) * kFloat <= bytes_.size());
  }

  void Pack(std::span<const Run> runs, WorkerTeam& team) const {
    team.Run([&](int member) {
      if (source_.output_stride == 1) {
        PackInputs(runs, PartOf(source_.inputs, 1, member, team.num_threads()));
      } else {
        PackRuns(runs, PartOf(std::ssize(runs), 1, member, team.num_threads()));
      }
    });
  }

 private:
  std::int64_t SourceIndex(std::int64_t input, std::int64_t output) const {
    return source_.offset + input * source_.input_stride + output * source_.output_stride;
  }
  const std::byte* Source(std::int64_t input, std::int64_t output) const {
    return bytes_.data() + SourceIndex(input, output) * kFloat;
  }
  float* Packed(std::int64_t input, std::int64_t output) const {
    const std::int64_t panel = output / PackedMatrix::kPanel;
    return packed_ + (panel * source_.inputs + input) * PackedMatrix::kPanel + output % PackedMatrix::kPanel;
  }
  void Release(std::int64_t first_index, std::int64_t count) const {
    bytes_.Slice(AsSize(first_index) * kFloat, AsSize(count) * kFloat).ReleasePages();
  }

  // Stored as rows of outputs: a stretch of rows, of a megabyte, at a time; of 16 at least, so that each panel is
  // written a few kilobytes at a time.
  void PackInputs(std::span<const Run> runs, Range inputs) const {
    const std::int64_t step = std::max<std::int64_t>(16, (1 << 20) / (source_.input_stride * kFloat));
    for (std::int64_t begin = inputs.begin; begin < inputs.end; begin += step) {
      const std::int64_t end = std::min(begin + step, inputs.end);
      for (const Run& run : runs) {
        for (std::int64_t k = begin; k < end; ++k) {
          std::memcpy(Packed(k, run.packed), Source(k, run.source), AsSize(run.count) * kFloat);
        }
      }
      Release(SourceIndex(begin, 0), (end - begin - 1) * source_.input_stride + source_.outputs);
    }
  }

  // Stored as rows of inputs: transposed in blocks that stay cached.
  void PackRuns(std::span<const Run> runs, Range which) const {
    for (std::int64_t index = which.begin; index < which.end; ++index) {
      const Run& run = runs[AsSize(index)];
      constexpr std::int64_t kBlock = 64;
      for (std::int64_t begin = 0; begin < source_.inputs; begin += kBlock) {
        TransposeBlock(run, begin, std::min(begin + kBlock, source_.inputs));
      }
      Release(SourceIndex(0, run.source), (run.count - 1) * source_.output_stride + source_.inputs);
    }
  }

  void TransposeBlock(const Run& run, std::int64_t begin, std::int64_t end) const {
    for (std::int64_t n = 0; n < run.count; ++n) {
      const std::byte* from = Source(begin, run.source + n);
      float* to = Packed(begin, run.packed + n);
      for (std::int64_t k = begin; k < end; ++k, from += kFloat, to += PackedMatrix::kPanel) {
        std::memcpy(to, from, kFloat);
      }
    }
  }

  const WeightSource& source_;
  const SharedBytes bytes_;
  float* packed_;
};

}  // namespace

PackedMatrix::PackedMatrix(const WeightSource& source, WorkerTeam& team)
    : PackedMatrix(source, AllColumns(source.outputs), team) {}

PackedMatrix::PackedMatrix(const WeightSource& source, std::span<const std::int64_t> columns, WorkerTeam& team)
    : inputs_(source.inputs), outputs_(std::ssize(columns)) {
  const std::int64_t elements = CheckedMul(inputs_, panels() * kPanel);
  memory_ = AlignedBuffer(AsSize(CheckedMul(elements, kFloat)));
  if (elements == 0 || source.outputs == 0) return;
  const auto runs = RunsOf(columns, source.outputs);
  Packer(source, reinterpret_cast<float*>(memory_.data())).Pack(runs, team);
}

}  // namespace stepwell::kernels
