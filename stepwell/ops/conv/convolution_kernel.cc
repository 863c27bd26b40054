#include "stepwell/ops/conv/convolution_kernel.h"

#include <fmt/format.h>

#include "stepwell/kernels/conv/conv2d.h"
#include "stepwell/ops/conv/image_shape.h"

namespace stepwell::ops::conv {
namespace {

class ConvolutionLoop final : public Kernel {
 public:
  explicit ConvolutionLoop(const kernels::Conv2dShape& shape) : shape_(shape) {}

  void Run(const KernelArgs& args) const override {
    kernels::ReferenceConv2d(shape_, args.inputs[0].as<float>(), args.inputs[1].as<float>(), {},
                             kernels::Conv2dActivation::kNone, args.outputs[0].as<float>());
  }

 private:
  kernels::Conv2dShape shape_;
};

class PackedConvolution final : public Kernel {
 public:
  explicit PackedConvolution(std::shared_ptr<const kernels::Conv2dPlan> plan) : plan_(std::move(plan)) {}

  std::size_t scratch_bytes() const override { return plan_->ScratchBytes(WorkerTeam::Shared().num_threads()); }
  bool ReadsInput(int input) const override { return input == 0; }
  void Run(const KernelArgs& args) const override {
    plan_->Run(args.inputs[0].as<float>(), args.outputs[0].as<float>(), args.scratch);
  }

 private:
  std::shared_ptr<const kernels::Conv2dPlan> plan_;
};

std::shared_ptr<const kernels::Conv2dPlan> PlanFor(const Convolution& op, const kernels::Conv2dShape& shape,
                                                   const KernelSite& site) {
  const auto make = [&](PackedBlocks&) {
    return std::make_shared<const kernels::Conv2dPlan>(shape, site.constants[1]->bytes.Get(), std::span<const float>(),
                                                       kernels::Conv2dActivation::kNone);
  };
  if (site.weights == nullptr) return make(PackedBlocks::Fresh());
  const Window& window = op.window;
  const std::string kind =
      fmt::format("convolution of {} strides {} dilations {} pads {} {} {}", ToText(site.input_types[0].shape),
                  fmt::join(window.strides, ","), fmt::join(window.dilations, ","), fmt::join(window.pads_begin, ","),
                  fmt::join(window.pads_end, ","), static_cast<int>(window.auto_pad));
  return site.weights->GetOrMake<kernels::Conv2dPlan>(*site.constants[1], kind, make);
}

}  // namespace

std::unique_ptr<const Kernel> MakeConvolutionKernel(const Convolution& op, const KernelSite& site) {
  const kernels::Conv2dShape shape = ImageShapeOf(op.name(), op.window, site.input_types[0], site.input_types[1].shape);
  if (site.set == KernelSet::kReference || site.constants[1] == nullptr) {
    return std::make_unique<ConvolutionLoop>(shape);
  }
  return std::make_unique<PackedConvolution>(PlanFor(op, shape, site));
}

std::unique_ptr<const Kernel> MakeGroupConvolutionKernel(const GroupConvolution& op, const KernelSite& site) {
  return std::make_unique<ConvolutionLoop>(
      ImageShapeOf(op.name(), op.window, site.input_types[0], site.input_types[1].shape));
}

}  // namespace stepwell::ops::conv
