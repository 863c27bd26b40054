#pragma once

#include <cstdint>

#include "stepwell/base/shape.h"

namespace stepwell::ops::select {

// The number of leading axes that data and indices share; counted from the rank of the indices where negative. Throws
// Error(kInvalidModel) when one of them has fewer axes.
int NormalizedBatchDims(std::int64_t batch_dims, const Shape& data, const Shape& indices);
// Their extents. Throws Error(kInvalidModel) where they differ.
Shape MergedBatch(const Shape& data, const Shape& indices, int batch_dims);

}  // namespace stepwell::ops::select
