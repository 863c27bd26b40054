#include "stepwell/ops/normalize/layer_norm.h"

#include <fmt/format.h>

namespace stepwell::ops::normalize {

std::vector<TensorType> LayerNorm::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  const Shape& x = inputs.shape(0);
  for (int i = 1; i < 3; ++i) {
    const Shape& row = inputs.shape(i);
    const bool fits =
        !x.has_rank() || !row.has_rank() || (x.rank() > 0 && row.rank() == 1 && DimsAgree(row[0], x[x.rank() - 1]));
    if (fits && inputs.dtype(i) == DType::kF32 && inputs.dtype(0) == DType::kF32) continue;
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("LayerNorm takes f32 and two rows as long as its last axis; found {} and {}",
                            ToText(inputs.type(0)), ToText(inputs.type(i))));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::normalize
