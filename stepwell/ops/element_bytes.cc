#include "stepwell/ops/element_bytes.h"

#include <string>

#include "stepwell/base/checked.h"

namespace stepwell::ops {

std::size_t ElementBytes(DType dtype) {
  if (DTypeBits(dtype) < 8) {
    throw Error(ErrorKind::kUnsupported, "elements of " + std::string(DTypeName(dtype)) + " cannot be moved");
  }
  return AsSize(DTypeBits(dtype) / 8);
}

}  // namespace stepwell::ops
