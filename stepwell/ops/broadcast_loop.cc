#include "stepwell/ops/broadcast_loop.h"

#include "stepwell/base/checked.h"

namespace stepwell::ops {
namespace {

// The operand's stride along an axis of the result, 0 where it is broadcast.
std::int64_t StrideAlong(const Shape& operand, const Shape& result, int axis) {
  const int own_axis = axis - (result.rank() - operand.rank());
  if (own_axis < 0 || operand[own_axis] == 1) return 0;
  STEPWELL_CHECK(operand[own_axis] == result[axis]);
  std::int64_t stride = 1;
  for (int inner = own_axis + 1; inner < operand.rank(); ++inner) stride *= operand[inner];
  return stride;
}

}  // namespace

BroadcastLoop::BroadcastLoop(const Shape& result, std::span<const Shape> operands) {
  STEPWELL_CHECK(operands.size() <= kMaxOperands);
  for (int axis = 0; axis < result.rank(); ++axis) {
    if (result[axis] != 1) Push(AxisOf(result, axis, operands));
  }
  if (num_axes_ > 0) {
    const Axis& innermost = axes_[AsSize(--num_axes_)];
    length_ = innermost.extent;
    steps_ = innermost.strides;
  }
  for (int axis = 0; axis < num_axes_; ++axis) runs_ *= axes_[AsSize(axis)].extent;
}

BroadcastLoop::Axis BroadcastLoop::AxisOf(const Shape& result, int axis, std::span<const Shape> operands) {
  Axis walked{.extent = result[axis], .strides = {}};
  for (std::size_t i = 0; i < operands.size(); ++i) walked.strides[i] = StrideAlong(operands[i], result, axis);
  return walked;
}

// Appends an axis inside the others, or makes the one around it longer where every operand goes on without a jump.
void BroadcastLoop::Push(const Axis& axis) {
  bool merges = num_axes_ > 0;
  Axis& outer = axes_[AsSize(num_axes_ > 0 ? num_axes_ - 1 : 0)];
  for (std::size_t i = 0; i < kMaxOperands; ++i) {
    merges = merges && outer.strides[i] == axis.strides[i] * axis.extent;
  }
  if (merges) {
    outer.extent *= axis.extent;
    outer.strides = axis.strides;
  } else {
    axes_[AsSize(num_axes_++)] = axis;
  }
}

void BroadcastLoop::Seek(std::int64_t run, std::array<Dim, Shape::kMaxRank>& index, Offsets& offsets) const {
  for (int axis = num_axes_ - 1; axis >= 0; --axis) {
    const Axis& walked = axes_[AsSize(axis)];
    if (walked.extent == 0) return;
    index[AsSize(axis)] = run % walked.extent;
    run /= walked.extent;
    for (std::size_t i = 0; i < kMaxOperands; ++i) offsets[i] += index[AsSize(axis)] * walked.strides[i];
  }
}

void BroadcastLoop::Advance(std::array<Dim, Shape::kMaxRank>& index, Offsets& offsets) const {
  for (int axis = num_axes_ - 1; axis >= 0; --axis) {
    const Axis& walked = axes_[AsSize(axis)];
    for (std::size_t i = 0; i < kMaxOperands; ++i) offsets[i] += walked.strides[i];
    if (++index[AsSize(axis)] < walked.extent) return;
    index[AsSize(axis)] = 0;
    for (std::size_t i = 0; i < kMaxOperands; ++i) offsets[i] -= walked.extent * walked.strides[i];
  }
}

}  // namespace stepwell::ops
