#include "stepwell/ops/recurrent/fused_lstm.h"

#include <fmt/format.h>

namespace stepwell::ops::recurrent {
namespace {

constexpr std::size_t kGates = 4;

Shape MatrixShape(kernels::WeightOrder order, Dim inputs, Dim outputs) {
  return order == kernels::WeightOrder::kInputsByOutputs ? Shape{inputs, outputs} : Shape{outputs, inputs};
}

Dim Sum(Dim a, Dim b) { return a == kDynamic || b == kDynamic ? kDynamic : CheckedAdd(a, b); }

struct Extents {
  Dim frames = kDynamic;   // T
  Dim batch = kDynamic;    // B
  Dim inputs = kDynamic;   // I
  Dim outputs = kDynamic;  // H
  Dim cells = kDynamic;    // N
};

Extents ExtentsOf(const FusedLstm& op, const ir::InferContext& inputs) {
  const bool frames_first = op.sequence_order == kernels::SequenceOrder::kFramesFirst;
  Extents extents;
  extents.frames = CellDim(inputs, FusedLstm::kX, "x", 3, frames_first ? 0 : 1);
  extents.batch = CellDim(inputs, FusedLstm::kX, "x", 3, frames_first ? 1 : 0);
  extents.inputs = op.gates_given ? kDynamic : CellDim(inputs, FusedLstm::kX, "x", 3, 2);
  for (const int input : {FusedLstm::kH, FusedLstm::kC}) {
    extents.batch = MergedDim(extents.batch, CellDim(inputs, input, "h or c", 2, 0));
  }
  extents.outputs = CellDim(inputs, FusedLstm::kH, "h", 2, 1);
  extents.cells = CellDim(inputs, FusedLstm::kC, "c", 2, 1);
  return extents;
}

void RequireWeights(const FusedLstm& op, const ir::InferContext& inputs, const Extents& extents) {
  const Dim gates = extents.cells == kDynamic ? kDynamic : CheckedMul<Dim>(4, extents.cells);
  const Dim rows = op.joined ? Sum(extents.inputs, extents.outputs) : extents.inputs;
  RequireCellInput(inputs, FusedLstm::kKernel, "W", MatrixShape(op.weight_order, rows, gates));
  if (const auto recurrent = op.recurrent_input()) {
    RequireCellInput(inputs, *recurrent, "R", MatrixShape(op.weight_order, extents.outputs, gates));
  }
  RequireCellInput(inputs, op.bias_input(), "b", {gates});
  if (const auto peephole = op.peephole_input()) {
    for (int i = 0; i < 3; ++i) RequireCellInput(inputs, *peephole + i, "peephole", {extents.cells});
  }
  if (const auto projection = op.projection_input()) {
    RequireCellInput(inputs, *projection, "P", MatrixShape(op.projection_order, extents.cells, extents.outputs));
  } else if (!DimsAgree(extents.cells, extents.outputs)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} outputs and {} cells differ without a projection", extents.outputs, extents.cells));
  }
}

}  // namespace

kernels::LstmGateOrder GateOrderOf(std::string_view word) {
  const auto place = [&](char letter) {
    const std::size_t found = word.find(letter);
    if (word.size() != kGates || found == std::string_view::npos) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("the gate order '{}' is not made of i, c, f and o, each once", word));
    }
    return static_cast<int>(found);
  };
  return {.input = place('i'), .candidate = place('c'), .forget = place('f'), .output = place('o')};
}

std::vector<TensorType> FusedLstm::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(num_inputs());
  GateOrderOf(gate_order);
  const Extents extents = ExtentsOf(*this, inputs);
  const bool frames_first = sequence_order == kernels::SequenceOrder::kFramesFirst;
  const Dim first = frames_first ? extents.frames : extents.batch;
  const Dim second = frames_first ? extents.batch : extents.frames;
  const Dim gates = extents.cells == kDynamic ? kDynamic : CheckedMul<Dim>(4, extents.cells);
  RequireCellInput(inputs, kX, "x", {first, second, gates_given ? gates : extents.inputs});
  RequireCellInput(inputs, kH, "h", {extents.batch, extents.outputs});
  RequireCellInput(inputs, kC, "c", {extents.batch, extents.cells});
  RequireWeights(*this, inputs, extents);
  const DType dtype = inputs.dtype(0);
  return {{dtype, {first, second, extents.outputs}}, {dtype, {first, second, extents.cells}}};
}

}  // namespace stepwell::ops::recurrent
