#pragma once

#include <string_view>

#include "stepwell/base/dtype.h"

namespace stepwell::ops {

// Throws Error(kUnsupported) unless kernels that loop over elements of one C++ type can do so for `dtype`: any type but
// 16-bit floats, 4-bit integers and u64.
void RequireComputesIn(std::string_view op_name, DType dtype);

}  // namespace stepwell::ops
