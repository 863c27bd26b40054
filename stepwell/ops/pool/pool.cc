#include "stepwell/ops/pool/pool.h"

#include <fmt/format.h>

#include "stepwell/base/checked.h"

namespace stepwell::ops::pool {
namespace {

// The result over x with `spatial` axes from `first` on.
Shape PooledShape(std::string_view op, const PoolWindow& pool, const Shape& x, int first) {
  const int spatial = static_cast<int>(pool.extents.size());
  conv::RequireWindow(pool.window, spatial);
  conv::RequireExtents(pool.extents, spatial);
  if (!x.has_rank()) return Shape::Filled(spatial + 2, kDynamic);
  if (x.rank() != spatial + 2 || spatial < 1) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("a {} with {} extents takes data of rank {}; found {}", op,
                                                      spatial, spatial + 2, ToText(x)));
  }
  Shape result = x;
  for (int axis = 0; axis < spatial; ++axis) {
    result[first + axis] = conv::WindowAlong(pool.window, axis, x[first + axis], pool.extents[AsSize(axis)]).output;
  }
  return result;
}

}  // namespace

std::vector<TensorType> MaxPool::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  const Shape shape = PooledShape(kName, pool, inputs.shape(0), 2);
  std::vector<TensorType> types = {{inputs.dtype(0), shape}};
  if (!has_indices()) return types;
  if (index_type != "i32" && index_type != "i64") {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("index_element_type of MaxPool must be i32 or i64 and is '{}'", index_type));
  }
  NormalizedAxis(axis, shape.rank());
  types.push_back({index_type == "i32" ? DType::kI32 : DType::kI64, shape});
  return types;
}

std::vector<TensorType> AvgPool::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  return {{inputs.dtype(0), PooledShape(kName, pool, inputs.shape(0), 2)}};
}

std::vector<TensorType> ImagePool::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  return {{inputs.dtype(0), PooledShape(kName, pool, inputs.shape(0), 1)}};
}

}  // namespace stepwell::ops::pool
