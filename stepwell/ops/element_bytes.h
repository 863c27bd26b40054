#pragma once

#include <cstddef>

#include "stepwell/base/dtype.h"

namespace stepwell::ops {

// The bytes of one element, for kernels that only move elements. Throws Error(kUnsupported) for types of less than a
// byte, whose elements have no address.
std::size_t ElementBytes(DType dtype);

}  // namespace stepwell::ops
