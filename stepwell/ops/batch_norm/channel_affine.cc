#include "stepwell/ops/batch_norm/channel_affine.h"

#include <fmt/format.h>

namespace stepwell::ops::batch_norm {

std::vector<TensorType> ChannelAffine::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(3);
  const Shape& x = inputs.shape(0);
  const TensorType vector{DType::kF32, Shape{x.rank() > 0 ? x[x.rank() - 1] : kDynamic}};
  if (inputs.dtype(0) != DType::kF32 || inputs.type(1) != vector || inputs.type(2) != vector) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a ChannelAffine takes f32[..., channels] and two vectors; found {}, {} and {}",
                            ToText(inputs.type(0)), ToText(inputs.type(1)), ToText(inputs.type(2))));
  }
  return {inputs.type(0)};
}

}  // namespace stepwell::ops::batch_norm
