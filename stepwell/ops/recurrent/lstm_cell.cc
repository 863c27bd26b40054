#include "stepwell/ops/recurrent/lstm_cell.h"

namespace stepwell::ops::recurrent {

std::vector<TensorType> LstmCell::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(5, 6);
  Require(hidden_size > 0, ErrorKind::kInvalidModel, "the hidden size of an LSTM must be above 0");
  const Dim cells = hidden_size;
  const Dim gates = CheckedMul<Dim>(4, cells);
  Dim batch = kDynamic;
  for (const int input : {0, 1, 2}) batch = MergedDim(batch, LstmDim(inputs, input, "X, H or C", 2, 0));
  RequireLstmInput(inputs, 0, "X", {batch, kDynamic});
  RequireLstmInput(inputs, 1, "H", {batch, cells});
  RequireLstmInput(inputs, 2, "C", {batch, cells});
  RequireLstmInput(inputs, 3, "W", {gates, LstmDim(inputs, 0, "X", 2, 1)});
  RequireLstmInput(inputs, 4, "R", {gates, cells});
  if (inputs.has(5)) RequireLstmInput(inputs, 5, "B", {gates});
  const TensorType state{inputs.dtype(0), {batch, cells}};
  return {state, state};
}

}  // namespace stepwell::ops::recurrent
