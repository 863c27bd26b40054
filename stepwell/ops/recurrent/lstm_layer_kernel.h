#pragma once

#include "stepwell/ops/recurrent/lstm_computation.h"

namespace stepwell::ops::recurrent {

// Runs a layer over all frames: inputs 0, 1 and 2 are x, h and c, the outputs are h and c of every frame.
class LstmLayerKernel final : public Kernel {
 public:
  LstmLayerKernel(const LstmForm& form, const kernels::LstmExtent& extent, const KernelSite& site)
      : extent_(extent), gates_given_(form.gates_given), computation_(MakeLstmComputation(form, site)) {}

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const kernels::LstmArguments arguments{.x = gates_given_ ? std::span<const float>() : x,
                                           .initial_h = StateOf(args, 1),
                                           .initial_c = StateOf(args, 2),
                                           .h_all = args.outputs[0].as<float>(),
                                           .c_all = args.outputs[1].as<float>(),
                                           .h_rows = args.RowsOfInput(1),
                                           .c_rows = args.RowsOfInput(2),
                                           .input_gates = gates_given_ ? x : std::span<const float>()};
    computation_->Run(extent_, arguments, args.inputs, args.scratch);
  }

  std::size_t scratch_bytes() const override { return computation_->ScratchBytes(extent_); }
  bool ReadsInput(int input) const override { return input < 3 || computation_->ReadsWeights(); }
  bool TakesRows(int input) const override { return (input == 1 || input == 2) && computation_->TakesRows(); }

 private:
  static std::span<const float> StateOf(const KernelArgs& args, std::size_t input) {
    return args.RowsOfInput(input).empty() ? args.inputs[input].as<float>() : std::span<const float>();
  }

  kernels::LstmExtent extent_;
  bool gates_given_;
  std::shared_ptr<const LstmComputation> computation_;
};

}  // namespace stepwell::ops::recurrent
