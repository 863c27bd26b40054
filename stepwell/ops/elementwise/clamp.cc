#include "stepwell/ops/elementwise/clamp.h"

#include <fmt/format.h>

namespace stepwell::ops::elementwise {

std::vector<TensorType> Clamp::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  if (inputs.dtype(0) == DType::kBool) throw Error(ErrorKind::kInvalidModel, "Clamp takes numbers and found booleans");
  if (!(low <= high)) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("Clamp needs min <= max; found {} and {}", low, high));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::elementwise
