#include "stepwell/base/shape.h"

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/limits.h"

namespace stepwell {

bool Shape::is_static() const {
  return has_rank() && std::all_of(dims().begin(), dims().end(), [](Dim dim) { return dim >= 0; });
}

Dim Shape::num_elements() const {
  if (!is_static()) {
    throw Error(ErrorKind::kInvalidArgument, "shape " + ToText(*this) + " has no fixed number of elements");
  }
  Dim product = 1;
  for (const Dim dim : dims()) product = CheckedMul(product, dim);
  if (product > limits::kMostElements) {
    throw Error(ErrorKind::kInvalidModel, "shape " + ToText(*this) + " has more than 2^48 elements");
  }
  return product;
}

std::string ToText(const Shape& shape) {
  if (!shape.has_rank()) return "[...]";
  std::string text = "[";
  for (const Dim dim : shape.dims()) {
    if (text.size() > 1) text += ',';
    text += dim == kDynamic ? "?" : std::to_string(dim);
  }
  return text + "]";
}

int NormalizedAxis(std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    throw Error(ErrorKind::kInvalidModel,
                "axis " + std::to_string(axis) + " is outside a tensor of rank " + std::to_string(rank));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

bool ShapesAgree(const Shape& a, const Shape& b) {
  if (!a.has_rank() || !b.has_rank()) return true;
  return std::equal(a.dims().begin(), a.dims().end(), b.dims().begin(), b.dims().end(), DimsAgree);
}

namespace {

Dim BroadcastDims(Dim a, Dim b, const Shape& left, const Shape& right) {
  if (a == 1) return b;
  if (b == 1) return a;
  if (!DimsAgree(a, b)) {
    throw Error(ErrorKind::kInvalidModel, "shapes " + ToText(left) + " and " + ToText(right) + " do not broadcast");
  }
  return MergedDim(a, b);
}

}  // namespace

Shape BroadcastShapes(const Shape& a, const Shape& b) {
  if (!a.has_rank() || !b.has_rank()) return Shape::UnknownRank();
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  const int offset = longer.rank() - shorter.rank();
  for (int axis = 0; axis < shorter.rank(); ++axis) {
    result[offset + axis] = BroadcastDims(longer[offset + axis], shorter[axis], a, b);
  }
  return result;
}

}  // namespace stepwell
