#include "stepwell/ops/layout/reshape.h"

#include <fmt/format.h>

#include <algorithm>

namespace stepwell::ops::layout {
namespace {

constexpr std::int64_t kRest = -1;

// The extent that element `place` of the pattern asks for, kDynamic where it is not known or the rest.
Dim PatternDim(const Reshape& op, const Shape& data, const ir::PartialInts& pattern, std::size_t place) {
  const std::optional<std::int64_t> element = pattern[place];
  if (!element || *element == kRest) return kDynamic;
  if (*element < kRest) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the pattern asks for {} at place {}", *element, place));
  }
  if (*element != 0 || !op.special_zero) return *element;
  if (!data.has_rank()) return kDynamic;
  if (static_cast<int>(place) >= data.rank()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the pattern copies dimension {} of {}, which it lacks", place, ToText(data)));
  }
  return data[static_cast<int>(place)];
}

[[noreturn]] void ThrowDoesNotFit(const Shape& data, const Shape& target) {
  throw Error(ErrorKind::kInvalidModel, fmt::format("{} elements of {} cannot take the shape {}", data.num_elements(),
                                                    ToText(data), ToText(target)));
}

// Fills in the only unknown dimension where the number of elements decides it, and checks that number.
void FitToElements(const Shape& data, Shape& target) {
  if (!data.is_static()) return;
  const auto unknown = std::count(target.dims().begin(), target.dims().end(), kDynamic);
  if (unknown > 1) return;
  Dim known = 1;
  int hole = -1;
  for (int axis = 0; axis < target.rank(); ++axis) {
    if (target[axis] == kDynamic) {
      hole = axis;
    } else {
      known = CheckedMul(known, target[axis]);
    }
  }
  const Dim elements = data.num_elements();
  const bool fits = hole < 0 ? known == elements : known != 0 && elements % known == 0;
  if (!fits) ThrowDoesNotFit(data, target);
  if (hole >= 0) target[hole] = elements / known;
}

Shape TargetShape(const Reshape& op, const ir::InferContext& inputs) {
  const auto pattern = inputs.partial_ints(1);
  if (!pattern) return Shape::UnknownRank();
  if (std::count(pattern->begin(), pattern->end(), kRest) > 1) {
    throw Error(ErrorKind::kInvalidModel, "the pattern has more than one -1");
  }
  Shape target;
  for (std::size_t place = 0; place < pattern->size(); ++place) {
    target.Append(PatternDim(op, inputs.shape(0), *pattern, place));
  }
  FitToElements(inputs.shape(0), target);
  return target;
}

}  // namespace

std::vector<TensorType> Reshape::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  return {{inputs.dtype(0), TargetShape(*this, inputs)}};
}

std::optional<ir::PartialInts> Reshape::InferInts(const ir::InferContext& inputs) const {
  return inputs.partial_ints(0);
}

}  // namespace stepwell::ops::layout
