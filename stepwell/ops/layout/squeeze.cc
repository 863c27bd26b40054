#include "stepwell/ops/layout/squeeze.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::layout {
namespace {

Shape WithoutOnes(const Shape& data) {
  Shape result;
  for (const Dim dim : data.dims()) {
    if (dim == kDynamic) return Shape::UnknownRank();  // it may turn out to be 1
    if (dim != 1) result.Append(dim);
  }
  return result;
}

Shape WithoutAxes(const Shape& data, std::span<const int> axes) {
  Shape result;
  for (int axis = 0; axis < data.rank(); ++axis) {
    if (!std::binary_search(axes.begin(), axes.end(), axis)) {
      result.Append(data[axis]);
    } else if (!DimsAgree(data[axis], 1)) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("axis {} of {} cannot be removed: its extent is not 1", axis, ToText(data)));
    }
  }
  return result;
}

// How many integers an input holds; nothing where that is not known.
std::optional<int> NumInts(const ir::InferContext& inputs, int input) {
  const auto elements = inputs.partial_ints(input);
  return elements ? std::optional(static_cast<int>(elements->size())) : std::nullopt;
}

Shape SqueezedShape(const ir::InferContext& inputs) {
  const Shape& data = inputs.shape(0);
  if (!data.has_rank()) return data;
  if (!inputs.has(1)) return WithoutOnes(data);
  const auto axes = inputs.ints(1);
  if (axes) return axes->empty() ? WithoutOnes(data) : WithoutAxes(data, NormalizedAxes(*axes, data.rank()));
  const auto count = NumInts(inputs, 1);
  return count && *count <= data.rank() ? Shape::Filled(data.rank() - *count, kDynamic) : Shape::UnknownRank();
}

Shape UnsqueezedShape(const ir::InferContext& inputs) {
  const Shape& data = inputs.shape(0);
  const auto count = NumInts(inputs, 1);
  if (!data.has_rank() || !count) return Shape::UnknownRank();
  const int rank = data.rank() + *count;
  Shape result = Shape::Filled(rank, kDynamic);
  const auto places = inputs.ints(1);
  if (!places) return result;
  const std::vector<int> axes = NormalizedAxes(*places, rank);
  int from = 0;
  for (int axis = 0; axis < rank; ++axis) {
    result[axis] = std::binary_search(axes.begin(), axes.end(), axis) ? 1 : data[from++];
  }
  return result;
}

}  // namespace

std::vector<TensorType> Squeeze::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1, 2);
  return {{inputs.dtype(0), SqueezedShape(inputs)}};
}

std::optional<ir::PartialInts> Squeeze::InferInts(const ir::InferContext& inputs) const {
  return inputs.partial_ints(0);
}

std::vector<TensorType> Unsqueeze::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  return {{inputs.dtype(0), UnsqueezedShape(inputs)}};
}

std::optional<ir::PartialInts> Unsqueeze::InferInts(const ir::InferContext& inputs) const {
  return inputs.partial_ints(0);
}

}  // namespace stepwell::ops::layout
