#include "stepwell/ops/recurrent/fused_gru.h"

namespace stepwell::ops::recurrent {

std::vector<TensorType> FusedGru::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(4, 5);
  const CellContract cell = contract();
  const bool frames_first = sequence_order == kernels::SequenceOrder::kFramesFirst;
  const Dim inputs_of_frame = CellDim(inputs, 0, "x", 3, 2);
  Dim first = CellDim(inputs, 0, "x", 3, 0), second = CellDim(inputs, 0, "x", 3, 1);
  Dim& batch = frames_first ? second : first;
  batch = MergedDim(batch, CellDim(inputs, 1, "h", 2, 0));
  RequireCellInput(inputs, 0, "x", {first, second, inputs_of_frame});
  RequireCellInput(inputs, 1, "h", {batch, cell.cells});
  RequireCellInput(inputs, 2, "W", {cell.gates, inputs_of_frame});
  RequireCellInput(inputs, 3, "R", {cell.gates, cell.cells});
  if (inputs.has(4)) RequireCellInput(inputs, 4, "B", {cell.bias});
  return {{inputs.dtype(0), {first, second, cell.cells}}};
}

}  // namespace stepwell::ops::recurrent
