#include "stepwell/ops/layout/concat.h"

#include <fmt/format.h>

#include <limits>

namespace stepwell::ops::layout {
namespace {

// The extents of `gathered` and `part` joined.
Shape Joined(const Shape& gathered, const Shape& part, int axis) {
  Shape joined;
  for (int i = 0; i < part.rank(); ++i) {
    if (i == axis) {
      const bool known = gathered[i] != kDynamic && part[i] != kDynamic;
      joined.Append(known ? CheckedAdd(gathered[i], part[i]) : kDynamic);
    } else if (DimsAgree(gathered[i], part[i])) {
      joined.Append(MergedDim(gathered[i], part[i]));
    } else {
      throw Error(ErrorKind::kInvalidModel, fmt::format("{} and {} do not join along axis {}: axis {} differs",
                                                        ToText(gathered), ToText(part), axis, i));
    }
  }
  return joined;
}

Shape JoinedShape(const ir::InferContext& inputs, std::int64_t along) {
  std::optional<Shape> whole;
  bool incomplete = false;  // an input whose rank is not known makes the joined extent unknown
  for (int i = 0; i < inputs.size(); ++i) {
    const Shape& part = inputs.shape(i);
    if (!part.has_rank()) {
      incomplete = true;
    } else if (!whole) {
      whole = part;
    } else if (whole->rank() != part.rank()) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("{} and {} do not join: their ranks differ", ToText(*whole), ToText(part)));
    } else {
      whole = Joined(*whole, part, NormalizedAxis(along, part.rank()));
    }
  }
  if (!whole) return Shape::UnknownRank();
  const int axis = NormalizedAxis(along, whole->rank());
  if (incomplete) (*whole)[axis] = kDynamic;
  return *whole;
}

}  // namespace

std::vector<TensorType> Concat::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1, std::numeric_limits<int>::max());
  for (int i = 1; i < inputs.size(); ++i) {
    if (inputs.dtype(i) != inputs.dtype(0)) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("input {} is {} where input 0 is {}", i, ToText(inputs.type(i)), ToText(inputs.type(0))));
    }
  }
  return {{inputs.dtype(0), JoinedShape(inputs, axis)}};
}

std::optional<ir::PartialInts> Concat::InferInts(const ir::InferContext& inputs) const {
  ir::PartialInts joined;
  for (int i = 0; i < inputs.size(); ++i) {
    const auto part = inputs.partial_ints(i);
    if (!part || inputs.shape(i).rank() != 1) return std::nullopt;
    joined.insert(joined.end(), part->begin(), part->end());
  }
  return joined;
}

}  // namespace stepwell::ops::layout
