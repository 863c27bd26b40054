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
  Shape x = inputs.shape(0);
  for (int input = 1; input < 5; ++input) {
    const Shape& vector = inputs.shape(input);
    if (!IsFloat(inputs.dtype(0)) || inputs.dtype(input) != inputs.dtype(0)) Refuse(inputs.type(0), inputs.type(input));
    if (!vector.has_rank()) continue;
    if (vector.rank() != 1 || (x.has_rank() && x.rank() < 2)) Refuse(inputs.type(0), inputs.type(input));
    if (!x.has_rank()) continue;
    if (!DimsAgree(x[1], vector[0])) Refuse(inputs.type(0), inputs.type(input));
    x[1] = MergedDim(x[1], vector[0]);
  }
  return {{inputs.dtype(0), x}};
}

}  // namespace stepwell::ops::batch_norm
