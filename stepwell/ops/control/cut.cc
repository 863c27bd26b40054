#include "stepwell/ops/control/cut.h"

#include <algorithm>

#include "stepwell/ops/control/iterations.h"
#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/layout/stretches.h"

namespace stepwell::ops::control {
namespace {

std::size_t BytesOfSlice(Shape shape, int axis, Dim part_size, std::size_t element_bytes) {
  shape[axis] = part_size;
  return AsSize(shape.num_elements()) * element_bytes;
}

}  // namespace

Cut::Cut(const TensorType& whole, const ir::SubgraphOp::Slicing& slicing)
    : whole_(whole.shape),
      slicing_(slicing),
      axis_(NormalizedAxis(slicing.axis, whole.shape.rank())),
      count_(NumSlices(slicing, whole_[axis_])),
      element_bytes_(ElementBytes(whole.dtype)),
      slice_bytes_(BytesOfSlice(whole_, axis_, slicing.part_size, element_bytes_)),
      dense_(std::all_of(whole_.dims().begin(), whole_.dims().begin() + axis_, [](Dim dim) { return dim == 1; })) {}

const std::byte* Cut::Take(Dim iteration, const std::byte* whole, std::byte* buffer) const {
  const stepwell::Range slice = SliceOf(slicing_, whole_[axis_], iteration, count_);
  if (dense_) return whole + AsSize(slice.begin) * (slice_bytes_ / AsSize(slicing_.part_size));
  layout::TakeStretch(whole_, axis_, slice).Run(whole, buffer, element_bytes_);
  return buffer;
}

void Cut::Put(Dim iteration, const std::byte* slice, std::byte* whole) const {
  const stepwell::Range place = SliceOf(slicing_, whole_[axis_], iteration, count_);
  layout::PutStretch(whole_, axis_, place).Run(slice, whole, element_bytes_);
}

}  // namespace stepwell::ops::control
