#include "stepwell/ops/layout/range.h"

#include <fmt/format.h>

#include <cmath>

namespace stepwell::ops::layout {
namespace {

// The results of shape computations that are followed; longer ranges are data.
constexpr Dim kMostFollowed = 64;
constexpr double kMostElements = 1e15;

// Exact for integers that a double holds; a range of more elements than that fits nowhere.
Dim NumElements(double start, double stop, double step) {
  if (step == 0 || !std::isfinite(start) || !std::isfinite(stop) || !std::isfinite(step)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("no range leads from {} to {} by {}", start, stop, step));
  }
  const double count = std::ceil((stop - start) / step);
  if (count > kMostElements) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the range from {} to {} by {} is too long", start, stop, step));
  }
  return count > 0 ? static_cast<Dim>(count) : 0;
}

// The number that input `input` holds, where it is known; it must be one number.
std::optional<double> Known(const ir::InferContext& inputs, int input) {
  const Shape& shape = inputs.shape(input);
  if (shape.is_static() && shape.num_elements() != 1) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} must be one number and is {}", input, ToText(inputs.type(input))));
  }
  if (const auto ints = inputs.ints(input); ints && ints->size() == 1) return static_cast<double>((*ints)[0]);
  const ir::ConstantData* constant = inputs.constant(input);
  return constant == nullptr ? std::nullopt : constant->UniformValue();
}

Dim KnownLength(const ir::InferContext& inputs) {
  const auto start = Known(inputs, 0);
  const auto stop = Known(inputs, 1);
  const auto step = Known(inputs, 2);
  return start && stop && step ? NumElements(*start, *stop, *step) : kDynamic;
}

}  // namespace

std::vector<TensorType> Range::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  return {{OutputType(inputs.dtype(0)), {KnownLength(inputs)}}};
}

std::optional<ir::PartialInts> Range::InferInts(const ir::InferContext& inputs) const {
  const auto start = inputs.ints(0);
  const auto step = inputs.ints(2);
  const Dim length = KnownLength(inputs);
  const bool is_integer = IsInteger(OutputType(inputs.dtype(0)));
  if (!start || !step || !is_integer || length == kDynamic || length > kMostFollowed) return std::nullopt;
  ir::PartialInts elements;
  for (Dim i = 0; i < length; ++i) elements.push_back(CheckedAdd((*start)[0], CheckedMul(i, (*step)[0])));
  return elements;
}

}  // namespace stepwell::ops::layout
