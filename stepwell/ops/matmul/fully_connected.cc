#include "stepwell/ops/matmul/fully_connected.h"

#include <fmt/format.h>

namespace stepwell::ops::matmul {
namespace {

void RequireBias(const TensorType& bias, Dim outputs) {
  const Shape& shape = bias.shape;
  const bool fits = !shape.has_rank() || (shape.rank() == 1 && DimsAgree(shape[0], outputs));
  if (fits && bias.dtype == DType::kF32) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("the bias of FullyConnected must be f32[{}]; found {}", outputs, ToText(bias)));
}

void RequireAddend(const TensorType& addend, const Shape& result) {
  if (addend.dtype == DType::kF32 && ShapesAgree(addend.shape, result)) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("the addend of FullyConnected must be f32{}; found {}", ToText(result), ToText(addend)));
}

}  // namespace

std::vector<TensorType> FullyConnected::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2, 4);
  const Shape& weights = inputs.shape(1);
  if (inputs.dtype(0) != DType::kF32 || inputs.dtype(1) != DType::kF32 || weights.rank() != 2) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("FullyConnected takes f32 and a matrix of weights; found {} and {}", ToText(inputs.type(0)),
                            ToText(inputs.type(1))));
  }
  const Dim inner = weights[transpose_b ? 1 : 0];
  const Dim outputs = weights[transpose_b ? 0 : 1];
  if (inputs.has(2)) RequireBias(inputs.type(2), outputs);
  Shape result = inputs.shape(0);
  if (!result.has_rank()) return {{DType::kF32, result}};
  if (result.rank() == 0 || !DimsAgree(result[result.rank() - 1], inner)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("the last axis of {} must be as long as the weights {} have inputs, {}", ToText(result),
                            ToText(weights), inner));
  }
  result[result.rank() - 1] = outputs;
  if (inputs.has(3)) RequireAddend(inputs.type(3), result);
  return {{DType::kF32, result}};
}

}  // namespace stepwell::ops::matmul
