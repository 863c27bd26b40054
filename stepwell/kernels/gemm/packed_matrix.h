#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/packed_blocks.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/weight_source.h"

namespace stepwell::kernels {

// How the elements of a panel stand: a row of its outputs for each input, or, for products by activations of 8-bit
// integers, what integer_layout.h says.
enum class PanelLayout : std::uint8_t { kRows, kTurnable, kFours };

// The weights of kPanel consecutive outputs: a row of kPanel elements for each input. An int4 row is 32 bytes: the
// outputs n and n + 32 share a byte, n in its low half.
struct PanelWeights {
  const std::byte* rows = nullptr;
  std::int64_t row_bytes = 0;  // from one input to the next
  DType dtype = DType::kF32;   // kF32, kBF16, kI8 or kI4
  PanelLayout layout = PanelLayout::kRows;
  const float* scales = nullptr;  // [groups of inputs, kPanel]: what the elements are multiplied by; or null
  std::int64_t inputs_per_scale = 0;
  // [groups of inputs, kPanel], of int8 for activations of 8-bit integers: what is added to a sum of products by
  // integers about a zero of kIntegerZero, so that it is the sum about 0.
  const std::int32_t* offsets = nullptr;

  static PanelWeights OfFloats(const float* floats, std::int64_t stride) {
    return {.rows = reinterpret_cast<const std::byte*>(floats),
            .row_bytes = stride * static_cast<std::int64_t>(sizeof(float))};
  }
  const std::byte* Row(std::int64_t input) const { return rows + input * row_bytes; }
};

// Signed activations become integers of 1 to 255, about this zero, where weights are int8.
inline constexpr std::int32_t kIntegerZero = 128;

// How the activations are multiplied that a matrix is packed for.
enum class Inputs : std::uint8_t {
  kAsFloats,    // as they are
  kOftenZero,   // as the source asks, in 8-bit integers or as they are; weights of zeros need not be read
  kSeldomZero,  // the same; all weights are read, and are laid out for that
};

// Constant weights [inputs K, outputs N] in the one layout that all products here read: panels of kPanel outputs, one
// after the other; within a panel K rows of kPanel consecutive outputs. The last panel is filled up with zeros.
// Elements are stored as the source stores them: fp32, bf16, int8 or int4. A worker that owns a range of panels reads
// one contiguous stretch of memory. Immutable, free to share.
class PackedMatrix {
 public:
  static constexpr std::int64_t kPanel = 64;

  PackedMatrix() = default;
  // Copies the weights once. Pages of a mapped file are released behind the copy, so that source and copy are never
  // resident together. All memory is one of `blocks`.
  explicit PackedMatrix(const WeightSource& source, WorkerTeam& team = WorkerTeam::Shared(),
                        PackedBlocks& blocks = PackedBlocks::Fresh(), Inputs inputs = Inputs::kAsFloats);
  // Packed output n is the source's output columns[n]; -1 gives an output of zeros.
  PackedMatrix(const WeightSource& source, std::span<const std::int64_t> columns,
               WorkerTeam& team = WorkerTeam::Shared(), PackedBlocks& blocks = PackedBlocks::Fresh(),
               Inputs inputs = Inputs::kAsFloats);

  std::int64_t inputs() const { return inputs_; }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t panels() const { return (outputs_ + kPanel - 1) / kPanel; }
  // Its rows are aligned to 64 bytes.
  PanelWeights panel(std::int64_t index) const {
    return {.rows = block_.data() + index * panel_rows_ * row_bytes_,
            .row_bytes = row_bytes_,
            .dtype = dtype_,
            .layout = layout_,
            .scales = scales_.empty() ? nullptr : scales_.data() + index * groups() * kPanel,
            .inputs_per_scale = inputs_per_scale_,
            .offsets = offsets_.empty() ? nullptr : offsets_.data() + index * groups() * kPanel};
  }
  DType dtype() const { return dtype_; }
  // What the products are made with; kFp32 unless packed for both, and the weights are integers with scales.
  ActivationFormat activations() const { return activations_; }
  PanelLayout layout() const { return layout_; }
  // Inputs [i * this, (i + 1) * this) share their scales; all inputs where there are none.
  std::int64_t inputs_per_scale() const { return inputs_per_scale_; }
  std::size_t bytes() const { return block_.size(); }
  // No weight is infinite or NaN, so that zero inputs add nothing.
  bool is_finite() const { return is_finite_; }

 private:
  void LayOut(std::span<std::byte> rows, std::span<std::int32_t> offsets, WorkerTeam& team) const;

  std::int64_t groups() const { return (inputs_ + inputs_per_scale_ - 1) / inputs_per_scale_; }

  // The rows of all panels; at multiples of 64 bytes behind them the scales and the offsets; at last is_finite_.
  SharedBytes block_;
  std::span<const float> scales_;          // per panel [groups of inputs, kPanel]; empty: none
  std::span<const std::int32_t> offsets_;  // the same; see PanelWeights
  DType dtype_ = DType::kF32;
  ActivationFormat activations_ = ActivationFormat::kFp32;
  PanelLayout layout_ = PanelLayout::kRows;
  std::int64_t row_bytes_ = 0;
  std::int64_t panel_rows_ = 0;  // a multiple of four for integer activations, filled up with zeros
  std::int64_t inputs_per_scale_ = 1;
  std::int64_t inputs_ = 0;
  std::int64_t outputs_ = 0;
  bool is_finite_ = true;
};

}  // namespace stepwell::kernels
