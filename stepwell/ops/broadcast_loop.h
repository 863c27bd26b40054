#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "stepwell/base/shape.h"

namespace stepwell::ops {

// How to walk a dense result beside operands that are broadcast to its shape. The result is cut into runs of `length`
// consecutive elements; along a run each operand either advances by one element or stays. Axes along which all operands
// go on as the result does are merged, so operands of one shape make a single run.
class BroadcastLoop {
 public:
  static constexpr std::size_t kMaxOperands = 3;
  using Offsets = std::array<std::int64_t, kMaxOperands>;  // in elements

  // Static shapes; every operand must broadcast to `result`.
  BroadcastLoop(const Shape& result, std::span<const Shape> operands);

  std::int64_t length() const { return length_; }
  std::int64_t runs() const { return runs_; }
  // 1 where the operand advances along a run, 0 where it stays.
  std::int64_t step(std::size_t operand) const { return steps_[operand]; }

  // Calls body(result_offset, operand_offsets) for the runs [begin, end) in order.
  template <class Body>
  void ForEachRun(std::int64_t begin, std::int64_t end, Body&& body) const {
    std::array<Dim, Shape::kMaxRank> index{};
    Offsets offsets{};
    Seek(begin, index, offsets);
    for (std::int64_t run = begin; run < end; ++run) {
      body(run * length_, offsets);
      Advance(index, offsets);
    }
  }

 private:
  struct Axis {
    Dim extent = 1;
    Offsets strides{};
  };
  static Axis AxisOf(const Shape& result, int axis, std::span<const Shape> operands);
  void Push(const Axis& axis);
  void Seek(std::int64_t run, std::array<Dim, Shape::kMaxRank>& index, Offsets& offsets) const;
  void Advance(std::array<Dim, Shape::kMaxRank>& index, Offsets& offsets) const;

  std::array<Axis, Shape::kMaxRank> axes_{};  // the outermost first, the runs' own left out
  int num_axes_ = 0;
  std::int64_t length_ = 1;
  std::int64_t runs_ = 1;
  Offsets steps_{};
};

}  // namespace stepwell::ops
