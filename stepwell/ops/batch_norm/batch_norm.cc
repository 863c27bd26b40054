#include "stepwell/ops/batch_norm/batch_norm.h"

#include <fmt/format.h>

namespace stepwell::ops::batch_norm {
namespace {

[[noreturn]] void Refuse(const TensorType& x, const TensorType& vector) {
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("BatchNormInference takes data [batch, channels, ...] and four vectors [channels] of one "
                          "float type; found {} and {}",
                          ToText(x), ToText(vector)));
}

}  // namespace

std::vector<TensorType> BatchNormInference::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(5);
  const Places at = places();
  const TensorType& data = inputs.type(at.x);
  Shape x = data.shape;
  for (const int input : {at.gamma, at.beta, at.mean, at.variance}) {
    const Shape& vector = inputs.shape(input);
    if (!IsFloat(data.dtype) || inputs.dtype(input) != data.dtype) Refuse(data, inputs.type(input));
    if (!vector.has_rank()) continue;
    if (vector.rank() != 1 || (x.has_rank() && x.rank() < 2)) Refuse(data, inputs.type(input));
    if (!x.has_rank()) continue;
    if (!DimsAgree(x[1], vector[0])) Refuse(data, inputs.type(input));
    x[1] = MergedDim(x[1], vector[0]);
  }
  return {{data.dtype, x}};
}

}  // namespace stepwell::ops::batch_norm
