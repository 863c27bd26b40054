#include "stepwell/kernels/attention/attention.h"

#include <algorithm>
#include <array>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/attention/masked_exp.h"
#include "stepwell/kernels/gemm/tile.h"
#include "stepwell/kernels/gemm/transpose.h"

namespace stepwell::kernels {
namespace {

// Below this many multiply-adds a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

std::int64_t PanelsOf(std::int64_t columns) { return (columns + kPanelWidth - 1) / kPanelWidth; }
std::int64_t RoundedUp(std::int64_t columns) { return PanelsOf(columns) * kPanelWidth; }

// What one member works in: the keys and the values of one head as panels, and the scores of a block of rows.
struct Workspace {
  explicit Workspace(const AttentionShape& shape)
      : key_elements(shape.depth * RoundedUp(shape.keys)),
        value_elements(shape.keys * RoundedUp(shape.value_depth)),
        score_elements(kMostTileRows * RoundedUp(shape.keys)) {}

  std::int64_t elements() const { return key_elements + value_elements + score_elements; }

  std::int64_t key_elements;
  std::int64_t value_elements;
  std::int64_t score_elements;
};

// Does one member's share.
class Worker {
 public:
  Worker(const AttentionShape& shape, const AttentionTensors& tensors, float* memory)
      : shape_(shape),
        tensors_(tensors),
        keys_(memory),
        values_(keys_ + Workspace(shape).key_elements),
        scores_(values_ + Workspace(shape).value_elements) {}

  static std::int64_t NumBlocks(const AttentionShape& shape) { return shape.batch * shape.heads * BlocksOfHead(shape); }

  // Blocks of rows, counted head by head.
  void Compute(Range blocks) {
    std::int64_t packed = -1;
    for (std::int64_t block = blocks.begin; block < blocks.end; ++block) {
      const std::int64_t head = block / BlocksOfHead(shape_);
      if (head != packed) PackHead(head);
      packed = head;
      const std::int64_t first = block % BlocksOfHead(shape_) * kMostTileRows;
      ComputeRows(head, first, std::min(kMostTileRows, shape_.rows - first));
    }
  }

 private:
  static std::int64_t BlocksOfHead(const AttentionShape& shape) {
    return (shape.rows + kMostTileRows - 1) / kMostTileRows;
  }

  std::int64_t Offset(const AttentionStrides& strides, std::int64_t head, std::int64_t row) const {
    return head / shape_.heads * strides.batch + head % shape_.heads * strides.head + row * strides.row;
  }

  // Keys are turned, so that the scores of 64 keys lie behind each other; what a last panel lacks is left at zero.
  void PackHead(std::int64_t head) {
    const float* k = tensors_.k + Offset(shape_.k, head, 0);
    const float* v = tensors_.v + Offset(shape_.v, head, 0);
    if (shape_.keys % kPanelWidth != 0) std::fill_n(keys_, Workspace(shape_).key_elements, 0.0F);
    for (std::int64_t key = 0; key < shape_.keys; key += kPanelWidth) {
      const std::int64_t count = std::min(kPanelWidth, shape_.keys - key);
      Transpose({k + key * shape_.k.row, count, shape_.depth, shape_.k.row, shape_.k.column},
                keys_ + key * shape_.depth, kPanelWidth);
    }
    if (shape_.value_depth % kPanelWidth != 0) std::fill_n(values_, Workspace(shape_).value_elements, 0.0F);
    for (std::int64_t column = 0; column < shape_.value_depth; column += kPanelWidth) {
      const std::int64_t count = std::min(kPanelWidth, shape_.value_depth - column);
      float* panel = values_ + column * shape_.keys;
      for (std::int64_t key = 0; key < shape_.keys; ++key) {
        std::copy_n(v + key * shape_.v.row + column, count, panel + key * kPanelWidth);
      }
    }
  }

  void ComputeRows(std::int64_t head, std::int64_t first, std::int64_t rows) {
    ComputeScores(head, first, rows);
    std::array<float, kMostTileRows> sums;
    for (std::int64_t m = 0; m < rows; ++m) sums[AsSize(m)] = Exponentiate(head, first + m, m);
    const RowPointers weights(scores_, rows, RoundedUp(shape_.keys));
    for (std::int64_t column = 0; column < shape_.value_depth; column += kPanelWidth) {
      Tile tile(rows);
      tile.StartWithZeros();
      AddPanelProduct({.a = weights.data(),
                       .rows = rows,
                       .panel = PanelWeights::OfFloats(values_ + column * shape_.keys, kPanelWidth),
                       .inputs = shape_.keys,
                       .tile = tile.data()});
      for (std::int64_t m = 0; m < rows; ++m) Divide(tile.row(m), sums[AsSize(m)]);
      tile.CopyTo(tensors_.out + Offset(shape_.out, head, first) + column,
                  std::min(kPanelWidth, shape_.value_depth - column), shape_.out.row);
    }
  }

  void ComputeScores(std::int64_t head, std::int64_t first, std::int64_t rows) {
    const RowPointers q(tensors_.q + Offset(shape_.q, head, first), rows, shape_.q.row);
    for (std::int64_t key = 0; key < shape_.keys; key += kPanelWidth) {
      Tile tile(rows);
      tile.StartWithZeros();
      AddPanelProduct({.a = q.data(),
                       .rows = rows,
                       .panel = PanelWeights::OfFloats(keys_ + key * shape_.depth, kPanelWidth),
                       .inputs = shape_.depth,
                       .tile = tile.data()});
      tile.CopyTo(scores_ + key, kPanelWidth, RoundedUp(shape_.keys));
    }
  }

  // Row m of the scores, which is row `row` of the head; returns the sum.
  float Exponentiate(std::int64_t head, std::int64_t row, std::int64_t m) {
    MaskedRow masked{.scores = scores_ + m * RoundedUp(shape_.keys), .count = shape_.keys, .scale = shape_.scale};
    if (shape_.mask) {
      masked.mask = tensors_.mask + Offset(*shape_.mask, head, row);
      masked.mask_step = shape_.mask->column;
    }
    return static_cast<float>(MaskedExp(masked));
  }

  static void Divide(float* row, float divisor) {
    for (std::int64_t n = 0; n < kPanelWidth; ++n) row[n] /= divisor;
  }

  const AttentionShape& shape_;
  const AttentionTensors& tensors_;
  float* keys_;
  float* values_;
  float* scores_;
};

}  // namespace

std::size_t AttentionScratchBytes(const AttentionShape& shape, int members) {
  return AsSize(CheckedMul(Workspace(shape).elements(), std::int64_t{members})) * sizeof(float);
}

void Attention(const AttentionShape& shape, const AttentionTensors& tensors, std::span<std::byte> scratch,
               WorkerTeam& team) {
  const std::int64_t blocks = Worker::NumBlocks(shape);
  if (blocks == 0 || shape.value_depth == 0) return;
  STEPWELL_CHECK(shape.keys > 0 && shape.q.column == 1 && shape.v.column == 1 && shape.out.column == 1);
  STEPWELL_CHECK(scratch.size() >= AttentionScratchBytes(shape, team.num_threads()));
  auto* memory = reinterpret_cast<float*>(scratch.data());
  const std::int64_t work = shape.batch * shape.heads * shape.rows * shape.keys * (shape.depth + shape.value_depth);
  if (work < kLeastForTeam) return Worker(shape, tensors, memory).Compute({0, blocks});
  team.Run([&](int member) {
    Worker worker(shape, tensors, memory + member * Workspace(shape).elements());
    worker.Compute(PartOf(blocks, 1, member, team.num_threads()));
  });
}

}  // namespace stepwell::kernels
