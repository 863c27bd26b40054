#include "stepwell/ops/elementwise/select.h"

namespace stepwell::ops::elementwise {

std::vector<TensorType> Select::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  if (inputs.dtype(0) != DType::kBool) {
    throw Error(ErrorKind::kInvalidModel, "the condition of Select must be boolean; found " + ToText(inputs.type(0)));
  }
  if (inputs.dtype(1) != inputs.dtype(2)) {
    throw Error(ErrorKind::kInvalidModel, "the values of Select must have one type; found " + ToText(inputs.type(1)) +
                                              " and " + ToText(inputs.type(2)));
  }
  const Shape values = CommonShape(auto_broadcast, inputs.shape(1), inputs.shape(2));
  return {{inputs.dtype(1), CommonShape(auto_broadcast, inputs.shape(0), values)}};
}

}  // namespace stepwell::ops::elementwise
