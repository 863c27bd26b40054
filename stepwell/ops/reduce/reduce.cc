#include "stepwell/ops/reduce/reduce.h"

#include <algorithm>

#include "stepwell/ops/axes.h"

namespace stepwell::ops::reduce {
namespace {

void RequireElements(const ReduceFunction& row, DType dtype) {
  const bool wants_booleans = row.elements == ReduceFunction::Elements::kBooleans;
  if (wants_booleans == (dtype == DType::kBool)) return;
  throw Error(ErrorKind::kInvalidModel, std::string(row.name) + " takes " + (wants_booleans ? "booleans" : "numbers") +
                                            "; the input is of type " + std::string(DTypeName(dtype)));
}

Shape WithoutAxes(const Shape& x, std::span<const int> axes, bool keep_dims) {
  Shape result;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool is_reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (!is_reduced) {
      result.Append(x[axis]);
    } else if (keep_dims) {
      result.Append(1);
    }
  }
  return result;
}

// Of computed axes at most the number is known.
Shape WithoutUnknownAxes(const Shape& x, const Shape& axes, bool keep_dims) {
  if (keep_dims) return Shape::Filled(x.rank(), kDynamic);
  if (!axes.is_static() || axes.num_elements() > x.rank()) return Shape::UnknownRank();
  return Shape::Filled(x.rank() - static_cast<int>(axes.num_elements()), kDynamic);
}

}  // namespace

std::vector<TensorType> ReduceOpBase::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  RequireElements(FunctionOf(function()), inputs.dtype(0));
  const Shape& x = inputs.shape(0);
  if (!IsInteger(inputs.dtype(1)) || inputs.shape(1).rank() > 1) {
    throw Error(ErrorKind::kInvalidModel,
                "the axes of a reduction must be an integer or a vector of integers; found " + ToText(inputs.type(1)));
  }
  if (!x.has_rank()) return {{inputs.dtype(0), x}};
  const auto axes = inputs.ints(1);
  if (!axes) return {{inputs.dtype(0), WithoutUnknownAxes(x, inputs.shape(1), keep_dims)}};
  return {{inputs.dtype(0), WithoutAxes(x, NormalizedAxes(*axes, x.rank()), keep_dims)}};
}

// What shape arithmetic asks for: the product or the largest of a vector of extents.
std::optional<ir::PartialInts> ReduceOpBase::InferInts(const ir::InferContext& inputs) const {
  if (!IsInteger(inputs.dtype(0)) || inputs.shape(0).rank() != 1 || function() == Reduction::kMean) return std::nullopt;
  const auto values = inputs.ints(0);
  const auto axes = inputs.ints(1);
  if (!values || !axes || axes->size() != 1) return std::nullopt;
  const ReduceFunction& row = FunctionOf(function());
  std::int64_t result = row.first_integer;
  for (const std::int64_t value : *values) result = row.integer(result, value);
  return ir::PartialInts{result};
}

}  // namespace stepwell::ops::reduce
