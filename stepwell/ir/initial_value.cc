#include "stepwell/ir/initial_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::ir {
namespace {

bool CanRepeat(const TensorType& from, const TensorType& to) {
  if (from.dtype != to.dtype || from.shape.rank() != to.shape.rank()) return false;
  for (int axis = 0; axis < to.shape.rank(); ++axis) {
    if (from.shape[axis] != to.shape[axis] && from.shape[axis] != 1) return false;
  }
  return DTypeBits(to.dtype) % 8 == 0;
}

// The element of `from` that stands at `index` of `to`, both counted in row-major order.
Dim RepeatedIndex(const Shape& from, const Shape& to, Dim index) {
  Dim source = 0;
  Dim stride = 1;
  for (int axis = to.rank() - 1; axis >= 0; --axis) {
    const Dim position = index % to[axis];
    index /= to[axis];
    if (from[axis] != 1) source += position * stride;
    stride *= from[axis];
  }
  return source;
}

}  // namespace

Tensor InitialValue(const StateVar& state, const TensorType& type) {
  Tensor tensor(type);
  if (!state.initial) return tensor;
  const ConstantData& initial = *state.initial;
  if (!CanRepeat(initial.type, type)) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the initial value of state '{}' is {}, which does not fit {}",
                                                         state.name, ToText(initial.type), ToText(type)));
  }
  const std::size_t width = AsSize(DTypeBits(type.dtype) / 8);
  const SharedBytes from = initial.bytes.Get();
  std::byte* to = tensor.view().data;
  for (Dim i = 0; i < type.shape.num_elements(); ++i, to += width) {
    std::memcpy(to, from.data() + AsSize(RepeatedIndex(initial.type.shape, type.shape, i)) * width, width);
  }
  return tensor;
}

}  // namespace stepwell::ir
