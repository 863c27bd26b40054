#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/memory.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/weight_source.h"

namespace stepwell::kernels {

// Constant fp32 weights [inputs K, outputs N] in the one layout that all products here read: panels of kPanel outputs,
// one after the other; within a panel K rows of kPanel consecutive outputs. The last panel is filled up with zeros.
// A worker that owns a range of panels reads one contiguous stretch of memory. Immutable, free to share.
class PackedMatrix {
 public:
  static constexpr std::int64_t kPanel = 64;

  PackedMatrix() = default;
  // Copies the weights once. Pages of a mapped file are released behind the copy, so that source and copy are never
  // resident together.
  explicit PackedMatrix(const WeightSource& source, WorkerTeam& team = WorkerTeam::Shared());
  // Packed output n is the source's output columns[n]; -1 gives an output of zeros.
  PackedMatrix(const WeightSource& source, std::span<const std::int64_t> columns,
               WorkerTeam& team = WorkerTeam::Shared());

  std::int64_t inputs() const { return inputs_; }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t panels() const { return (outputs_ + kPanel - 1) / kPanel; }
  // [inputs, kPanel], aligned to 64 bytes.
  const float* panel(std::int64_t index) const {
    return reinterpret_cast<const float*>(memory_.data()) + index * inputs_ * kPanel;
  }
  std::size_t bytes() const { return memory_.size(); }
  // No weight is infinite or NaN, so that zero inputs add nothing.
  bool is_finite() const { return is_finite_; }

 private:
  AlignedBuffer memory_;
  std::int64_t inputs_ = 0;
  std::int64_t outputs_ = 0;
  bool is_finite_ = true;
};

}  // namespace stepwell::kernels
