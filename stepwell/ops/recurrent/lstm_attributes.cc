#include "stepwell/ops/recurrent/lstm_attributes.h"

#include <fmt/format.h>

namespace stepwell::ops::recurrent {

void RequireUsualActivations(const LstmAttributes& attributes) {
  const std::vector<std::string> usual{"sigmoid", "tanh", "tanh"};
  if (attributes.activations == usual) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the activations are {}; only sigmoid, tanh, tanh are supported",
                          fmt::join(attributes.activations.begin(), attributes.activations.end(), ", ")));
}

void RequireLstmInput(const ir::InferContext& inputs, int input, std::string_view what, const Shape& shape) {
  const TensorType& found = inputs.type(input);
  const TensorType expected{inputs.dtype(0), shape};
  if (IsFloat(found.dtype) && found.dtype == expected.dtype && ShapesAgree(found.shape, shape)) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("input {} ({}) is {} where {} is needed", input, what, ToText(found), ToText(expected)));
}

Dim LstmDim(const ir::InferContext& inputs, int input, std::string_view what, int rank, int axis) {
  const Shape& shape = inputs.shape(input);
  if (!shape.has_rank()) return kDynamic;
  if (shape.rank() != rank) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} ({}) is {} where a tensor of rank {} is needed", input,
                                                      what, ToText(inputs.type(input)), rank));
  }
  return shape[axis];
}

}  // namespace stepwell::ops::recurrent
