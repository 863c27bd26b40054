#include "stepwell/base/tensor.h"

#include <algorithm>

namespace stepwell {

std::string ToText(const TensorType& type) { return std::string(DTypeName(type.dtype)) + ToText(type.shape); }

Tensor Tensor::Clone() const {
  Tensor copy(type_);
  std::copy_n(buffer_.data(), buffer_.size(), copy.buffer_.data());
  return copy;
}

}  // namespace stepwell
