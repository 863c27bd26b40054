#include "stepwell/ops/order/top_k.h"

#include <fmt/format.h>

namespace stepwell::ops::order {

std::vector<TensorType> TopK::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2);
  if (index_element_type != DType::kI32 && index_element_type != DType::kI64) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("index_element_type must be i32 or i64; found {}", DTypeName(index_element_type)));
  }
  Shape shape = inputs.shape(0);
  if (!shape.has_rank()) return {inputs.type(0), {index_element_type, shape}};
  Dim& extent = shape[NormalizedAxis(axis, shape.rank())];
  const auto k = inputs.ints(1);
  if (k && (k->size() != 1 || (*k)[0] < 0 || (extent != kDynamic && (*k)[0] > extent))) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("k must be one integer from 0 to the {} elements of axis {}",
                                                      extent == kDynamic ? "" : fmt::format("{}", extent), axis));
  }
  extent = k ? (*k)[0] : kDynamic;
  return {{inputs.dtype(0), shape}, {index_element_type, shape}};
}

}  // namespace stepwell::ops::order
