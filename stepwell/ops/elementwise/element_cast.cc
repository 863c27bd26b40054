#include "stepwell/ops/elementwise/element_cast.h"

#include "stepwell/base/visit_element.h"

namespace stepwell::ops::elementwise {

std::int64_t CutToWidth(DType dtype, std::int64_t value) {
  VisitElement(dtype, [&](auto element) {
    using T = decltype(element);
    if constexpr (std::is_integral_v<T>) value = static_cast<std::int64_t>(static_cast<T>(value));
  });
  return value;
}

}  // namespace stepwell::ops::elementwise
