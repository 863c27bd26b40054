#include "stepwell/ops/recurrent/lstm_layer_kernel.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"

namespace stepwell::ops::recurrent {

// A layer of one frame.
std::unique_ptr<const Kernel> MakeLstmCellKernel(const LstmCell& op, const KernelSite& site) {
  RequireUsualActivations(op);
  const Shape& x = site.input_types[0].shape;
  const LstmForm form{.inputs = x[1],
                      .cells = op.hidden_size,
                      .outputs = op.hidden_size,
                      .kernel = 3,
                      .recurrent = 4,
                      .bias = site.input_types.size() > 5 ? std::optional(5) : std::nullopt,
                      .peepholes = {},
                      .projection = {},
                      .weight_order = kernels::WeightOrder::kOutputsByInputs,
                      .gates = kernels::kOpenVinoLstmGates,
                      .gate_clip = op.clip};
  return std::make_unique<LstmLayerKernel>(form, kernels::LstmExtent{.frames = 1, .batch = x[0]}, site);
}

}  // namespace stepwell::ops::recurrent
