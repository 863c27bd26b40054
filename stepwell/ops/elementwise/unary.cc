#include "stepwell/ops/elementwise/unary.h"

#include "stepwell/ops/elementwise/defined_for.h"

namespace stepwell::ops::elementwise {

std::vector<TensorType> UnaryOpBase::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(1);
  RequireDefinedFor(FunctionOf(function()), inputs.dtype(0));
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::elementwise
