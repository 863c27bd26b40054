#include "stepwell/kernels/gemm/packed_matrix.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/integer_layout.h"

namespace stepwell::kernels {
namespace {

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

std::span<const Run> InPanels(std::span<const Run> runs, Range panels) {
  const auto before = [](const Run& run, std::int64_t panel) { return run.packed / PackedMatrix::kPanel < panel; };
  const auto begin = std::lower_bound(runs.begin(), runs.end(), panels.begin, before);
  return {begin, std::lower_bound(begin, runs.end(), panels.end, before)};
}

// As the bits say; `values` may stand anywhere. Integers always are.
bool AreFinite(DType dtype, const std::byte* values, std::int64_t count) {
  if (dtype != DType::kF32 && dtype != DType::kBF16) return true;
  const std::int64_t bytes = dtype == DType::kF32 ? 4 : 2;
  bool are_finite = true;
  for (std::int64_t at = 1; at <= count; ++at) {
    std::uint16_t high = 0;  // the same bits in both types
    std::memcpy(&high, values + at * bytes - sizeof(high), sizeof(high));
    are_finite &= (high & 0x7F80) != 0x7F80;
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
// Elements of whole bytes are copied in stretches; two int4 of a byte come from and go to different places.
class Packer {
 public:
  Packer(const WeightSource& source, std::byte* packed, std::int64_t panel_rows)
      : source_(source), packed_(packed), panel_rows_(panel_rows), bits_(DTypeBits(source.dtype)) {
    STEPWELL_CHECK(source.input_stride == 1 || source.output_stride == 1);
    const std::int64_t last =
        source.offset + (source.inputs - 1) * source.input_stride + (source.outputs - 1) * source.output_stride;
    STEPWELL_CHECK(source.offset >= 0 && AsSize(last * bits_ / 8) < source.bytes.size());
  }

  // Returns whether all that was packed is finite.
  bool Pack(std::span<const Run> runs, WorkerTeam& team) {
    std::int64_t begin = 0;
    source_.bytes.Stream([&](std::span<const std::byte> bytes) {
      const Piece piece{bytes.data(), begin, begin + std::ssize(bytes) * 8 / bits_};
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
  std::byte* Row(std::int64_t input, std::int64_t output) const {
    return packed_ + (output / PackedMatrix::kPanel * panel_rows_ + input) * (PackedMatrix::kPanel * bits_ / 8);
  }
  std::byte* Packed(std::int64_t input, std::int64_t output) const {
    return Row(input, output) + output % PackedMatrix::kPanel * bits_ / 8;
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
    if (bits_ < 8)
      return CopyNibbles({run.packed + begin - first, run.source + begin - first, end - begin}, {input, input + 1},
                         piece);
    const std::byte* from = piece.data + (begin - piece.begin) * bits_ / 8;
    std::memcpy(Packed(input, run.packed + (begin - first)), from, AsSize((end - begin) * bits_ / 8));
    Note(from, end - begin);
  }

  // Stored as rows of inputs: transposed in blocks that stay cached. A panel is one member's.
  void PackOutputs(std::span<const Run> runs, const Piece& piece, WorkerTeam& team) {
    const std::vector<Run> present = RunsIn(runs, RowsIn(piece, source_.output_stride, source_.outputs));
    if (present.empty()) return;
    const std::int64_t first = present.front().packed / PackedMatrix::kPanel;
    const std::int64_t panels = present.back().packed / PackedMatrix::kPanel + 1 - first;
    team.Run([&](int member) {
      const Range part = PartOf(panels, 1, member, team.num_threads());
      for (const Run& run : InPanels(present, {first + part.begin, first + part.end})) {
        constexpr std::int64_t kBlock = 64;
        for (std::int64_t begin = 0; begin < source_.inputs; begin += kBlock) {
          TransposeBlock(run, {begin, std::min(begin + kBlock, source_.inputs)}, piece);
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
    switch (bits_) {
      case 4:
        return CopyNibbles(run, inputs, piece);
      case 8:
        return TransposeElements<1>(run, inputs, piece);
      case 16:
        return TransposeElements<2>(run, inputs, piece);
      default:
        return TransposeElements<4>(run, inputs, piece);
    }
  }

  template <std::int64_t kBytes>
  void TransposeElements(const Run& run, Range inputs, const Piece& piece) {
    for (std::int64_t n = 0; n < run.count; ++n) {
      const std::int64_t row = SourceIndex(0, run.source + n);
      const std::int64_t begin = std::max(inputs.begin, piece.begin - row);
      const std::int64_t end = std::min(inputs.end, piece.end - row);
      const std::byte* from = piece.data + (row + begin - piece.begin) * kBytes;
      Note(from, end - begin);
      std::byte* to = Packed(begin, run.packed + n);
      for (std::int64_t k = begin; k < end; ++k, from += kBytes, to += PackedMatrix::kPanel * kBytes) {
        std::memcpy(to, from, kBytes);
      }
    }
  }

  // The outputs n and n + 32 of a panel share a byte: one member packs both, since members differ in inputs or panels.
  void CopyNibbles(const Run& run, Range inputs, const Piece& piece) {
    constexpr std::int64_t kHalf = PackedMatrix::kPanel / 2;
    for (std::int64_t n = 0; n < run.count; ++n) {
      const std::int64_t place = (run.packed + n) % PackedMatrix::kPanel;
      const int shift = place < kHalf ? 0 : 4;
      for (std::int64_t k = inputs.begin; k < inputs.end; ++k) {
        const std::int64_t index = SourceIndex(k, run.source + n);
        if (index < piece.begin || index >= piece.end) continue;
        const std::int64_t at = index - piece.begin;  // pieces are of whole bytes
        const std::byte nibble = piece.data[at / 2] >> (at % 2 == 0 ? 0 : 4) & std::byte{0xF};
        Row(k, run.packed)[place % kHalf] |= nibble << shift;
      }
    }
  }

  void Note(const std::byte* values, std::int64_t count) {
    if (!AreFinite(source_.dtype, values, count)) is_finite_ = false;
  }

  const WeightSource& source_;
  std::byte* packed_;
  const std::int64_t panel_rows_;
  const std::int64_t bits_;
  std::atomic<bool> is_finite_ = true;
};

// Per panel, [groups of inputs, kPanel]; 0 for outputs that are filling. Returns whether all are finite.
bool PackScales(const WeightSource& source, std::span<const std::int64_t> columns, std::span<float> scales) {
  const std::int64_t inputs_per_scale = source.inputs_per_scale();
  const std::int64_t groups = (source.inputs + inputs_per_scale - 1) / inputs_per_scale;
  for (std::int64_t n = 0; n < std::ssize(columns); ++n) {
    if (columns[AsSize(n)] < 0) continue;
    float* panel = scales.data() + n / PackedMatrix::kPanel * groups * PackedMatrix::kPanel;
    for (std::int64_t group = 0; group < groups; ++group) {
      panel[group * PackedMatrix::kPanel + n % PackedMatrix::kPanel] =
          source.ScaleOf(group * inputs_per_scale, columns[AsSize(n)]);
    }
  }
  return AreFinite(DType::kF32, reinterpret_cast<const std::byte*>(scales.data()), std::ssize(scales));
}

// See PanelWeights::offsets; `rows` are a panel's, of int8.
void AddOffsets(const std::byte* rows, std::int64_t inputs, std::int64_t inputs_per_scale, std::int32_t* offsets) {
  for (std::int64_t k = 0; k < inputs; ++k, rows += PackedMatrix::kPanel) {
    std::int32_t* to = offsets + k / inputs_per_scale * PackedMatrix::kPanel;
    for (std::int64_t n = 0; n < PackedMatrix::kPanel; ++n) to[n] -= kIntegerZero * static_cast<std::int8_t>(rows[n]);
  }
}

std::int64_t RoundedUp(std::int64_t bytes) {
  constexpr std::int64_t kAlignment = AlignedBuffer::kAlignment;
  return CheckedAdd(bytes, kAlignment - 1) / kAlignment * kAlignment;
}

template <class T>
std::span<T> ArrayAt(std::span<std::byte> block, std::int64_t offset, std::int64_t elements) {
  return {reinterpret_cast<T*>(block.data() + offset), AsSize(elements)};
}
template <class T>
std::span<const T> ArrayAt(const SharedBytes& block, std::int64_t offset, std::int64_t elements) {
  return {reinterpret_cast<const T*>(block.data() + offset), AsSize(elements)};
}

// Sums of more products of 255 by 128 may not fit into 32 bits.
constexpr std::int64_t kMostInputsOfSum = 65536;

bool HasIntegerActivations(const WeightSource& source) {
  return source.compressed != nullptr && source.compressed->activations == ActivationFormat::kInt8 &&
         !source.compressed->scales.empty() && IsInteger(source.dtype) && source.inputs > 0 && source.outputs > 0 &&
         std::min(source.inputs, source.inputs_per_scale()) <= kMostInputsOfSum;
}

// Four inputs of different scales cannot stand together.
PanelLayout LayoutFor(const WeightSource& source, Inputs inputs) {
  const bool has_whole_fours = source.inputs_per_scale() >= source.inputs || source.inputs_per_scale() % 4 == 0;
  return inputs == Inputs::kSeldomZero && has_whole_fours ? PanelLayout::kFours : PanelLayout::kTurnable;
}

}  // namespace

PackedMatrix::PackedMatrix(const WeightSource& source, WorkerTeam& team, PackedBlocks& blocks, Inputs inputs)
    : PackedMatrix(source, AllColumns(source.outputs), team, blocks, inputs) {}

PackedMatrix::PackedMatrix(const WeightSource& source, std::span<const std::int64_t> columns, WorkerTeam& team,
                           PackedBlocks& blocks, Inputs inputs)
    : dtype_(source.dtype),
      row_bytes_(kPanel * DTypeBits(source.dtype) / 8),
      panel_rows_(source.inputs),
      inputs_per_scale_(std::max<std::int64_t>(1, source.inputs_per_scale())),
      inputs_(source.inputs),
      outputs_(std::ssize(columns)) {
  if (inputs != Inputs::kAsFloats && HasIntegerActivations(source)) {
    activations_ = ActivationFormat::kInt8;
    panel_rows_ = (inputs_ + 3) / 4 * 4;
    layout_ = LayoutFor(source, inputs);
  }
  const bool has_scales = source.compressed != nullptr && !source.compressed->scales.empty();
  const bool has_offsets = activations_ == ActivationFormat::kInt8 && dtype_ == DType::kI8;
  const std::int64_t scales = has_scales ? CheckedMul(CheckedMul(groups(), panels()), kPanel) : 0;
  const std::int64_t scales_at = RoundedUp(CheckedMul(CheckedMul(panel_rows_, panels()), row_bytes_));
  const std::int64_t offsets_at = RoundedUp(CheckedAdd(scales_at, CheckedMul(scales, std::int64_t{sizeof(float)})));
  const std::int64_t end = CheckedAdd(offsets_at, has_offsets ? offsets_at - scales_at : 0);
  if (end == 0) return;
  block_ = blocks.Make(AsSize(CheckedAdd(end, std::int64_t{1})), [&](std::span<std::byte> block) {
    if (source.outputs == 0) return;
    bool is_finite = Packer(source, block.data(), panel_rows_).Pack(RunsOf(columns, source.outputs), team);
    if (has_scales) is_finite &= PackScales(source, columns, ArrayAt<float>(block, scales_at, scales));
    LayOut(block, ArrayAt<std::int32_t>(block, offsets_at, has_offsets ? scales : 0), team);
    block.back() = std::byte{is_finite};
  });
  scales_ = ArrayAt<float>(block_, scales_at, scales);
  if (has_offsets) offsets_ = ArrayAt<std::int32_t>(block_, offsets_at, scales);
  is_finite_ = source.outputs == 0 || block_.span().back() != std::byte{};
}

void PackedMatrix::LayOut(std::span<std::byte> rows, std::span<std::int32_t> offsets, WorkerTeam& team) const {
  if (layout_ == PanelLayout::kRows) return;
  team.Run([&](int member) {
    const Range part = PartOf(panels(), 1, member, team.num_threads());
    for (std::int64_t index = part.begin; index < part.end; ++index) {
      std::byte* panel = rows.data() + index * panel_rows_ * row_bytes_;
      if (!offsets.empty()) AddOffsets(panel, inputs_, inputs_per_scale_, &offsets[AsSize(index * groups() * kPanel)]);
      LayOutIntegers(panel, panel_rows_, dtype_, layout_);
    }
  });
}

}  // namespace stepwell::kernels
