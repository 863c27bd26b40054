#include "stepwell/ops/layout/broadcast.h"

#include <fmt/format.h>

namespace stepwell::ops::layout {
namespace {

// The result of a shape computation that is repeated is not followed further than this.
constexpr Dim kMostElements = 64;

Shape GivenTarget(const ir::PartialInts& elements) {
  Shape target;
  for (const auto& element : elements) {
    if (element && *element < 0) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("the target shape has the extent {}", *element));
    }
    target.Append(element.value_or(kDynamic));
  }
  return target;
}

void RequireThatDataGrowsTo(const Shape& data, const Shape& target) {
  bool fits = data.rank() <= target.rank();
  for (int i = 1; fits && i <= data.rank(); ++i) {
    const Dim dim = data[data.rank() - i];
    fits = dim == 1 || DimsAgree(dim, target[target.rank() - i]);
  }
  if (!fits) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} does not broadcast to the target shape {}", ToText(data), ToText(target)));
  }
}

void RequireThatAxesGrowTo(const Shape& data, const std::vector<std::int64_t>& axes, const Shape& target) {
  if (axes.size() != AsSize(data.rank())) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} axes are mapped of data {}", axes.size(), ToText(data)));
  }
  for (int axis = 0; axis < data.rank(); ++axis) {
    const std::int64_t place = axes[AsSize(axis)];
    const bool fits = place >= 0 && place < target.rank() &&
                      (data[axis] == 1 || DimsAgree(data[axis], target[static_cast<int>(place)]));
    if (fits) continue;
    throw Error(ErrorKind::kInvalidModel, fmt::format("axis {} of data {} does not broadcast to axis {} of {}", axis,
                                                      ToText(data), place, ToText(target)));
  }
}

}  // namespace

std::vector<TensorType> Broadcast::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(is_explicit() ? 3 : 2, 3);
  const Shape& data = inputs.shape(0);
  const auto elements = inputs.partial_ints(1);
  if (!elements) return {{inputs.dtype(0), Shape::UnknownRank()}};
  const Shape target = GivenTarget(*elements);
  if (is_explicit()) {
    const auto axes = inputs.ints(2);
    if (axes && data.has_rank()) RequireThatAxesGrowTo(data, *axes, target);
    return {{inputs.dtype(0), target}};
  }
  if (mode == Mode::kBidirectional) return {{inputs.dtype(0), BroadcastShapes(data, target)}};
  if (data.has_rank()) RequireThatDataGrowsTo(data, target);
  return {{inputs.dtype(0), target}};
}

std::optional<ir::PartialInts> Broadcast::InferInts(const ir::InferContext& inputs) const {
  const auto data = inputs.partial_ints(0);
  if (!data || data->size() != 1) return std::nullopt;
  const Shape shape = Infer(inputs)[0].shape;
  if (!shape.is_static() || shape.rank() > 1 || shape.num_elements() > kMostElements) return std::nullopt;
  return ir::PartialInts(AsSize(shape.num_elements()), (*data)[0]);
}

}  // namespace stepwell::ops::layout
