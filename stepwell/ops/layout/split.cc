#include "stepwell/ops/layout/split.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::layout {
namespace {

// A file may ask for any number of parts; each becomes an output.
constexpr std::int64_t kMostParts = 65536;

TensorType Part(const ir::InferContext& inputs, std::optional<int> axis, Dim extent) {
  Shape shape = inputs.shape(0);
  if (axis) {
    shape[*axis] = extent;
  } else if (shape.has_rank()) {
    shape = Shape::Filled(shape.rank(), kDynamic);
  }
  return {inputs.dtype(0), shape};
}

// Replaces the -1 by what the other lengths leave of the extent, and checks their sum.
void FitToExtent(std::vector<Dim>& lengths, Dim extent) {
  Dim known = 0;
  for (const Dim length : lengths) {
    if (length < -1) throw Error(ErrorKind::kInvalidModel, fmt::format("a part cannot be {} long", length));
    if (length >= 0) known = CheckedAdd(known, length);
  }
  const auto rest = std::find(lengths.begin(), lengths.end(), kDynamic);
  if (extent == kDynamic) return;
  if (rest == lengths.end() ? known != extent : known > extent) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("parts that add up to {} do not fit extent {}", known, extent));
  }
  if (rest != lengths.end()) *rest = extent - known;
}

}  // namespace

std::vector<TensorType> Split::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  if (num_splits < 1 || num_splits > kMostParts) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("data cannot be split into {} parts", num_splits));
  }
  const auto axis = KnownAxis(inputs, 1);
  Dim extent = kDynamic;
  if (axis && inputs.shape(0)[*axis] != kDynamic) {
    extent = inputs.shape(0)[*axis] / num_splits;
    if (extent * num_splits != inputs.shape(0)[*axis]) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("axis {} of {} does not split into {} equal parts", *axis,
                                                        ToText(inputs.shape(0)), num_splits));
    }
  }
  return std::vector<TensorType>(AsSize(num_splits), Part(inputs, axis, extent));
}

std::vector<TensorType> VariadicSplit::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  const auto lengths = inputs.partial_ints(2);
  if (!lengths) throw Error(ErrorKind::kUnsupported, "the number of parts depends on data");
  const auto axis = KnownAxis(inputs, 1);
  std::vector<Dim> extents(lengths->size(), kDynamic);
  const auto known = inputs.ints(2);
  if (known && std::count(known->begin(), known->end(), -1) > 1) {
    throw Error(ErrorKind::kInvalidModel, "more than one part takes the rest");
  }
  if (known) {
    extents = *known;
    FitToExtent(extents, axis ? inputs.shape(0)[*axis] : kDynamic);
  }
  std::vector<TensorType> parts;
  for (const Dim extent : extents) parts.push_back(Part(inputs, axis, extent));
  return parts;
}

}  // namespace stepwell::ops::layout
