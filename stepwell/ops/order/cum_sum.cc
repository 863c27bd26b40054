#include "stepwell/ops/order/cum_sum.h"

#include "stepwell/ops/axes.h"

namespace stepwell::ops::order {

std::vector<TensorType> CumSum::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1, 2);
  if (inputs.dtype(0) == DType::kBool) {
    throw Error(ErrorKind::kInvalidModel, "a running sum is of numbers; the input is of booleans");
  }
  if (inputs.has(1)) KnownAxis(inputs, 1);
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::order
