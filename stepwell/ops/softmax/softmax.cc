#include "stepwell/ops/softmax/softmax.h"

namespace stepwell::ops::softmax {
namespace {

std::vector<TensorType> InferAlong(std::int64_t axis, const ir::InferContext& inputs) {
  inputs.RequireInputs(1);
  if (!IsFloat(inputs.dtype(0))) {
    throw Error(ErrorKind::kInvalidModel, "a softmax takes floats; found " + ToText(inputs.type(0)));
  }
  if (inputs.shape(0).has_rank()) NormalizedAxis(axis, inputs.shape(0).rank());
  return {inputs.type(0)};
}

}  // namespace

std::vector<TensorType> SoftMax::Infer(const ir::InferContext& inputs) const { return InferAlong(axis, inputs); }
std::vector<TensorType> LogSoftmax::Infer(const ir::InferContext& inputs) const { return InferAlong(axis, inputs); }

}  // namespace stepwell::ops::softmax
