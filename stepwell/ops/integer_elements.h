#pragma once

#include <cstdint>

#include "stepwell/base/tensor.h"
#include "stepwell/base/visit_element.h"

namespace stepwell::ops {

// Reads the elements of an integer tensor of any width as 64-bit integers while a kernel runs. Allocates nothing; valid
// as long as the view.
class IntegerElements {
 public:
  // Throws Error(kInvalidModel) when the view is not of integers.
  explicit IntegerElements(const ConstTensorView& view) : view_(view), size_(view.type.shape.num_elements()) {
    if (!IsInteger(view.type.dtype) || DTypeBits(view.type.dtype) < 8) {
      throw Error(ErrorKind::kInvalidModel, "a tensor of integers was expected and " + ToText(view.type) + " found");
    }
  }

  std::int64_t size() const { return size_; }
  std::int64_t operator[](std::int64_t index) const {
    std::int64_t element = 0;
    VisitElement(view_.type.dtype, [&](auto zero) {
      element = static_cast<std::int64_t>(view_.template as<decltype(zero)>()[AsSize(index)]);
    });
    return element;
  }

 private:
  ConstTensorView view_;
  std::int64_t size_;
};

}  // namespace stepwell::ops
