#include "stepwell/kernels/gemm/packed_matrix.h"

#include <algorithm>
#include <atomic>
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

// As the bits say; `values` may stand anywhere.
bool AreFinite(const std::byte* values, std::int64_t count) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  bool are_finite = true;
  for (std::int64_t at = 0; at < count; ++at) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, values + at * kFloat, sizeof(bits));
    are_finite &= (bits & kExponent) != kExponent;
  }
  return are_finite;
}

// Elements [begin, end) of the source, which lie in memory for a moment.
struct Piece {
  const std::byte* data;
  std::int64_t begin;
  std::int64_t end;
};

// Reads the source once, in order and in pieces, which may have to be made: never is more than one of them in memory.
class Packer {
 public:
  Packer(const WeightSource& source, float* packed) : source_(source), packed_(packed) {
    STEPWELL_CHECK(source.input_stride == 1 || source.output_stride == 1);
    const std::int64_t last =
        source.offset + (source.inputs - 1) * source.input_stride + (source.outputs - 1) * source.output_stride;
    STEPWELL_CHECK(source.offset >= 0 && AsSize(last + 1) * kFloat <= source.bytes.size());
  }

  // Returns whether all that was packed is finite.
  bool Pack(std::span<const Run> runs, WorkerTeam& team) {
    std::int64_t begin = 0;
    source_.bytes.Stream([&](std::span<const std::byte> bytes) {
      const Piece piece{bytes.data(), begin, begin + std::ssize(bytes) / kFloat};
      if (source_.output_stride == 1) {
        PackInputs(runs, piece, team);
      } else {
        PackOutputs(runs, piece, team);
      }
      begin = piece.end;
    });
    return is_finite_.load();
  }

 private:
  std::int64_t SourceIndex(std::int64_t input, std::int64_t output) const {
    return source_.offset + input * source_.input_stride + output * source_.output_stride;
  }
  float* Packed(std::int64_t input, std::int64_t output) const {
    const std::int64_t panel = output / PackedMatrix::kPanel;
    return packed_ + (panel * source_.inputs + input) * PackedMatrix::kPanel + output % PackedMatrix::kPanel;
  }

  // Which rows, of `count` that are `stride` apart, the piece holds elements of. A single row may be longer than that.
  Range RowsIn(const Piece& piece, std::int64_t stride, std::int64_t count) const {
    if (count == 1) return {0, 1};
    const std::int64_t begin = std::max<std::int64_t>(0, piece.begin - source_.offset) / stride;
    const std::int64_t end = (std::max<std::int64_t>(0, piece.end - source_.offset) + stride - 1) / stride;
    return {std::min(begin, count), std::min(end, count)};
  }

  // Stored as rows of outputs: a stretch of rows at a time, so that each panel is written a few kilobytes at a time.
  void PackInputs(std::span<const Run> runs, const Piece& piece, WorkerTeam& team) {
    const Range rows = RowsIn(piece, source_.input_stride, source_.inputs);
    team.Run([&](int member) {
      const Range part = PartOf(rows.end - rows.begin, 1, member, team.num_threads());
      for (const Run& run : runs) {
        for (std::int64_t k = rows.begin + part.begin; k < rows.begin + part.end; ++k) CopyRun(run, k, piece);
      }
    });
  }

  void CopyRun(const Run& run, std::int64_t input, const Piece& piece) {
    const std::int64_t first = SourceIndex(input, run.source);
    const std::int64_t begin = std::max(first, piece.begin);
    const std::int64_t end = std::min(first + run.count, piece.end);
    if (begin >= end) return;
    const std::byte* from = piece.data + (begin - piece.begin) * kFloat;
    std::memcpy(Packed(input, run.packed) + (begin - first), from, AsSize(end - begin) * kFloat);
    Note(from, end - begin);
  }

  // Stored as rows of inputs: transposed in blocks that stay cached.
  void PackOutputs(std::span<const Run> runs, const Piece& piece, WorkerTeam& team) {
    const std::vector<Run> present = RunsIn(runs, RowsIn(piece, source_.output_stride, source_.outputs));
    team.Run([&](int member) {
      const Range part = PartOf(std::ssize(present), 1, member, team.num_threads());
      for (std::int64_t index = part.begin; index < part.end; ++index) {
        constexpr std::int64_t kBlock = 64;
        for (std::int64_t begin = 0; begin < source_.inputs; begin += kBlock) {
          TransposeBlock(present[AsSize(index)], {begin, std::min(begin + kBlock, source_.inputs)}, piece);
        }
      }
    });
  }

  static std::vector<Run> RunsIn(std::span<const Run> runs, Range outputs) {
    std::vector<Run> present;
    for (const Run& run : runs) {
      const std::int64_t begin = std::max(run.source, outputs.begin);
      const std::int64_t end = std::min(run.source + run.count, outputs.end);
      if (begin < end) present.push_back({run.packed + begin - run.source, begin, end - begin});
    }
    return present;
  }

  void TransposeBlock(const Run& run, Range inputs, const Piece& piece) {
    for (std::int64_t n = 0; n < run.count; ++n) {
      const std::int64_t row = SourceIndex(0, run.source + n);
      const std::int64_t begin = std::max(inputs.begin, piece.begin - row);
      const std::int64_t end = std::min(inputs.end, piece.end - row);
      const std::byte* from = piece.data + (row + begin - piece.begin) * kFloat;
      Note(from, end - begin);
      float* to = Packed(begin, run.packed + n);
      for (std::int64_t k = begin; k < end; ++k, from += kFloat, to += PackedMatrix::kPanel) {
        std::memcpy(to, from, kFloat);
      }
    }
  }

  void Note(const std::byte* values, std::int64_t count) {
    if (!AreFinite(values, count)) is_finite_ = false;
  }

  const WeightSource& source_;
  float* packed_;
  std::atomic<bool> is_finite_ = true;
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
  is_finite_ = Packer(source, reinterpret_cast<float*>(memory_.data())).Pack(runs, team);
}

}  // namespace stepwell::kernels
