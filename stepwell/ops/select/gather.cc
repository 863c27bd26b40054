#include "stepwell/ops/select/gather.h"

#include <fmt/format.h>

#include "stepwell/ops/axes.h"
#include "stepwell/ops/select/batch_dims.h"

namespace stepwell::ops::select {
namespace {

Shape GatheredShape(const ir::InferContext& inputs, std::int64_t batch_dims) {
  const Shape& data = inputs.shape(0);
  const Shape& indices = inputs.shape(1);
  if (!data.has_rank() || !indices.has_rank()) return Shape::UnknownRank();
  const int batch = NormalizedBatchDims(batch_dims, data, indices);
  const auto axis = KnownAxis(inputs, 2);
  if (!axis) return Shape::Filled(data.rank() - 1 + indices.rank() - batch, kDynamic);
  if (*axis < batch) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("axis {} lies among the {} batch axes", *axis, batch));
  }
  Shape result = MergedBatch(data, indices, batch);
  for (int i = batch; i < *axis; ++i) result.Append(data[i]);
  for (int i = batch; i < indices.rank(); ++i) result.Append(indices[i]);
  for (int i = *axis + 1; i < data.rank(); ++i) result.Append(data[i]);
  return result;
}

}  // namespace

std::vector<TensorType> Gather::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  if (!IsInteger(inputs.dtype(1))) {
    throw Error(ErrorKind::kInvalidModel, "the indices must be integers and are " + ToText(inputs.type(1)));
  }
  return {{inputs.dtype(0), GatheredShape(inputs, batch_dims)}};
}

std::optional<ir::PartialInts> Gather::InferInts(const ir::InferContext& inputs) const {
  const auto data = inputs.partial_ints(0);
  const auto indices = inputs.ints(1);
  if (!data || !indices || inputs.shape(0).rank() != 1 || batch_dims != 0) return std::nullopt;
  ir::PartialInts taken;
  for (const std::int64_t index : *indices) {
    taken.push_back((*data)[AsSize(NormalizedAxis(index, static_cast<int>(data->size())))]);
  }
  return taken;
}

}  // namespace stepwell::ops::select
