#include "stepwell/ops/select/gather_nd.h"

#include <fmt/format.h>

#include "stepwell/ops/select/batch_dims.h"

namespace stepwell::ops::select {
namespace {

Shape GatheredShape(const Shape& data, const Shape& indices, std::int64_t batch_dims) {
  if (!data.has_rank() || !indices.has_rank()) return Shape::UnknownRank();
  const int batch = NormalizedBatchDims(batch_dims, data, indices);
  if (indices.rank() <= batch) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("indices {} have no axis of coordinates behind {} batch axes", ToText(indices), batch));
  }
  const Dim coordinates = indices[indices.rank() - 1];
  if (coordinates == kDynamic) return Shape::UnknownRank();
  if (coordinates > data.rank() - batch) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} coordinates are too many for data {} with {} batch axes",
                                                      coordinates, ToText(data), batch));
  }
  Shape result = MergedBatch(data, indices, batch);
  for (int axis = batch; axis + 1 < indices.rank(); ++axis) result.Append(indices[axis]);
  for (int axis = batch + static_cast<int>(coordinates); axis < data.rank(); ++axis) result.Append(data[axis]);
  return result;
}

// The first `batch` dimensions as one.
Shape WithBatchJoined(const Shape& shape, int batch) {
  if (!shape.has_rank() || batch < 2) return shape;
  Shape joined{1};
  for (int axis = 0; axis < batch; ++axis) {
    const bool is_known = joined[0] != kDynamic && shape[axis] != kDynamic;
    joined[0] = is_known ? CheckedMul(joined[0], shape[axis]) : kDynamic;
  }
  for (int axis = batch; axis < shape.rank(); ++axis) joined.Append(shape[axis]);
  return joined;
}

}  // namespace

std::vector<TensorType> GatherNd::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  if (!IsInteger(inputs.dtype(1))) {
    throw Error(ErrorKind::kInvalidModel, "the indices must be integers and are " + ToText(inputs.type(1)));
  }
  const Shape gathered = GatheredShape(inputs.shape(0), inputs.shape(1), batch_dims);
  if (!joins_batch || !gathered.has_rank()) return {{inputs.dtype(0), gathered}};
  return {
      {inputs.dtype(0), WithBatchJoined(gathered, NormalizedBatchDims(batch_dims, inputs.shape(0), inputs.shape(1)))}};
}

}  // namespace stepwell::ops::select
