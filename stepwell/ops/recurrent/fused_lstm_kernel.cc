#include "stepwell/ops/recurrent/lstm_layer_kernel.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"

namespace stepwell::ops::recurrent {
namespace {

// I: of x, or where that is not given, of the weights.
std::int64_t NumInputs(const FusedLstm& op, const KernelSite& site) {
  if (!op.gates_given) return site.input_types[FusedLstm::kX].shape[2];
  const bool by_inputs = op.weight_order == kernels::WeightOrder::kInputsByOutputs;
  const std::int64_t rows = site.input_types[FusedLstm::kKernel].shape[by_inputs ? 0 : 1];
  return op.joined ? rows - site.input_types[FusedLstm::kH].shape[1] : rows;
}

}  // namespace

std::unique_ptr<const Kernel> MakeFusedLstmKernel(const FusedLstm& op, const KernelSite& site) {
  const Shape& x = site.input_types[FusedLstm::kX].shape;
  const LstmForm form{.inputs = NumInputs(op, site),
                      .gates_given = op.gates_given,
                      .cells = site.input_types[FusedLstm::kC].shape[1],
                      .outputs = site.input_types[FusedLstm::kH].shape[1],
                      .kernel = FusedLstm::kKernel,
                      .recurrent = op.recurrent_input(),
                      .bias = op.bias_input(),
                      .peepholes = op.peephole_input(),
                      .projection = op.projection_input(),
                      .weight_order = op.weight_order,
                      .projection_order = op.projection_order,
                      .gates = GateOrderOf(op.gate_order),
                      .forget_bias = op.forget_bias,
                      .gate_clip = op.gate_clip,
                      .cell_clip = op.cell_clip};
  const bool frames_first = op.sequence_order == kernels::SequenceOrder::kFramesFirst;
  const kernels::LstmExtent extent{
      .frames = x[frames_first ? 0 : 1], .batch = x[frames_first ? 1 : 0], .order = op.sequence_order};
  return std::make_unique<LstmLayerKernel>(form, extent, site);
}

}  // namespace stepwell::ops::recurrent
