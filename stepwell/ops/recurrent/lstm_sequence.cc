#include "stepwell/ops/recurrent/lstm_sequence.h"

#include <fmt/format.h>

namespace stepwell::ops::recurrent {
namespace {

// The extent that the inputs share, from whichever of them knows it.
Dim BatchOf(const ir::InferContext& inputs) {
  Dim batch = kDynamic;
  for (const int input : {0, 1, 2}) batch = MergedDim(batch, LstmDim(inputs, input, "X, H or C", 3, 0));
  return MergedDim(batch, LstmDim(inputs, 3, "lengths", 1, 0));
}

void RequireLengths(const ir::InferContext& inputs, Dim batch, Dim frames) {
  if (!IsInteger(inputs.dtype(3)) || !ShapesAgree(inputs.shape(3), {batch})) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input 3 (lengths) is {} where integers {} are needed",
                                                      ToText(inputs.type(3)), ToText(Shape{batch})));
  }
  for (const std::int64_t length : inputs.ints(3).value_or(std::vector<std::int64_t>{})) {
    if (length < 0 || (frames != kDynamic && length > frames)) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("length {} does not lie in 0 to {} frames", length, frames));
    }
  }
}

}  // namespace

std::vector<TensorType> LstmSequence::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(7);
  Require(hidden_size > 0, ErrorKind::kInvalidModel, "the hidden size of an LSTM must be above 0");
  const Dim cells = hidden_size;
  const Dim gates = CheckedMul<Dim>(4, cells);
  const Dim directions = num_directions();
  const Dim batch = BatchOf(inputs);
  const Dim frames = LstmDim(inputs, 0, "X", 3, 1);
  RequireLstmInput(inputs, 0, "X", {batch, frames, kDynamic});
  RequireLstmInput(inputs, 1, "H", {batch, directions, cells});
  RequireLstmInput(inputs, 2, "C", {batch, directions, cells});
  RequireLengths(inputs, batch, frames);
  RequireLstmInput(inputs, 4, "W", {directions, gates, LstmDim(inputs, 0, "X", 3, 2)});
  RequireLstmInput(inputs, 5, "R", {directions, gates, cells});
  RequireLstmInput(inputs, 6, "B", {directions, gates});
  const DType dtype = inputs.dtype(0);
  const TensorType state{dtype, {batch, directions, cells}};
  return {{dtype, {batch, directions, frames, cells}}, state, state};
}

}  // namespace stepwell::ops::recurrent
