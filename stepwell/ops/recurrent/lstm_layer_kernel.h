#pragma once

#include "stepwell/ops/recurrent/lstm_computation.h"

namespace stepwell::ops::recurrent {

// Runs a layer over all frames: inputs 0, 1 and 2 are x, h and c, the outputs are h and c of every frame.
class LstmLayerKernel final : public Kernel {
 public:
  LstmLayerKernel(const LstmForm& form, const kernels::LstmExtent& extent, const KernelSite& site)
      : extent_(extent), computation_(MakeLstmComputation(form, site)) {}

  void Run(const KernelArgs& args) const override {
    const kernels::LstmArguments arguments{.x = args.inputs[0].as<float>(),
                                           .initial_h = args.inputs[1].as<float>(),
                                           .initial_c = args.inputs[2].as<float>(),
                                           .h_all = args.outputs[0].as<float>(),
                                           .c_all = args.outputs[1].as<float>()};
    computation_->Run(extent_, arguments, args.inputs, args.scratch);
  }

  std::size_t scratch_bytes() const override { return computation_->ScratchBytes(extent_); }
  bool ReadsInput(int input) const override { return input < 3 || computation_->ReadsWeights(); }

 private:
  kernels::LstmExtent extent_;
  std::shared_ptr<const LstmComputation> computation_;
};

}  // namespace stepwell::ops::recurrent
