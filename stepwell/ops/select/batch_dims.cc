#include "stepwell/ops/select/batch_dims.h"

#include <fmt/format.h>

namespace stepwell::ops::select {

int NormalizedBatchDims(std::int64_t batch_dims, const Shape& data, const Shape& indices) {
  const std::int64_t count = batch_dims < 0 ? batch_dims + indices.rank() : batch_dims;
  if (count < 0 || count > data.rank() || count > indices.rank()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("data {} and indices {} cannot share {} batch axes", ToText(data),
                                                      ToText(indices), batch_dims));
  }
  return static_cast<int>(count);
}

Shape MergedBatch(const Shape& data, const Shape& indices, int batch_dims) {
  Shape batch;
  for (int axis = 0; axis < batch_dims; ++axis) {
    if (!DimsAgree(data[axis], indices[axis])) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("data {} and indices {} differ in batch axis {}", ToText(data), ToText(indices), axis));
    }
    batch.Append(MergedDim(data[axis], indices[axis]));
  }
  return batch;
}

}  // namespace stepwell::ops::select
