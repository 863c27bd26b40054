#pragma once

#include "stepwell/ir/subgraph.h"

namespace stepwell::ops::control {

// A tensor of static shape cut into slices along an axis, one an iteration. Immutable.
class Cut {
 public:
  // Throws Error where the slices do not fit the shape, or elements of that type cannot be moved.
  Cut(const TensorType& whole, const ir::SubgraphOp::Slicing& slicing);

  Dim count() const { return count_; }
  std::size_t slice_bytes() const { return slice_bytes_; }

  // The slice as dense bytes: where it lies in `whole`, or copied to `buffer` [slice_bytes()].
  const std::byte* Take(Dim iteration, const std::byte* whole, std::byte* buffer) const;
  void Put(Dim iteration, const std::byte* slice, std::byte* whole) const;

 private:
  Shape whole_;
  ir::SubgraphOp::Slicing slicing_;
  int axis_;
  Dim count_;
  std::size_t element_bytes_;
  std::size_t slice_bytes_;
  bool dense_;  // whether slices lie dense in the whole
};

}  // namespace stepwell::ops::control
