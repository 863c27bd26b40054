#pragma once

#include "stepwell/base/tensor.h"

namespace stepwell::cli {

// The tensor with elements of another type. Throws Error(kInvalidArgument), showing the first value and its place,
// where a value would change (NaN stays NaN).
Tensor ConvertExactly(Tensor tensor, DType dtype);

}  // namespace stepwell::cli
