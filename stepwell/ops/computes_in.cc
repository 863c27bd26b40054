#include "stepwell/ops/computes_in.h"

#include <string>

#include "stepwell/base/error.h"

namespace stepwell::ops {

void RequireComputesIn(std::string_view op_name, DType dtype) {
  const bool narrow_float = IsFloat(dtype) && DTypeBits(dtype) < 32;
  if (!narrow_float && DTypeBits(dtype) >= 8 && dtype != DType::kU64) return;
  throw Error(ErrorKind::kUnsupported, "there is no " + std::string(op_name) + " for elements of type " +
                                           std::string(DTypeName(dtype)) + "; convert them to f32 or i64 before");
}

}  // namespace stepwell::ops
