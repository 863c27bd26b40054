#include "stepwell/ops/activation/scalar_parameters.h"

#include <fmt/format.h>

#include <string>

namespace stepwell::ops::activation {

std::vector<TensorType> InferWithScalars(std::string_view name, const ir::InferContext& inputs, int least, int most) {
  inputs.RequireInputs(1 + least, 1 + most);
  const DType dtype = inputs.dtype(0);
  if (!IsFloat(dtype)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} takes floats; the input is of type {}", name, DTypeName(dtype)));
  }
  for (int i = 1; i < inputs.size(); ++i) {
    const Shape& shape = inputs.shape(i);
    if (inputs.dtype(i) == dtype && (!shape.is_static() || shape.num_elements() == 1)) continue;
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} of {} must be one {}; found {}", i, name,
                                                      DTypeName(dtype), ToText(inputs.type(i))));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::activation
