#include "stepwell/ops/batch_norm/batch_norm_kernel.h"

#include <cmath>

#include "stepwell/kernels/affine/affine.h"
#include "stepwell/ops/computes_in.h"

namespace stepwell::ops::batch_norm {
namespace {

class BatchNormLoop final : public Kernel {
 public:
  BatchNormLoop(const BatchNormInference& op, const Shape& x)
      : at_(op.places()), epsilon_(static_cast<double>(op.epsilon)), batch_(x[0]), channels_(x[1]) {
    for (int axis = 2; axis < x.rank(); ++axis) plane_ *= x[axis];
  }

  void Run(const KernelArgs& args) const override {
    if (args.outputs[0].type.dtype == DType::kF32) {
      Normalise<float>(args);
    } else {
      Normalise<double>(args);
    }
  }

 private:
  template <class T>
  void Normalise(const KernelArgs& args) const {
    const auto x = args.inputs[AsSize(at_.x)].as<T>();
    const auto y = args.outputs[0].as<T>();
    const auto value = [&](int input, std::int64_t channel) {
      return static_cast<double>(args.inputs[AsSize(input)].as<T>()[AsSize(channel)]);
    };
    for (std::int64_t plane = 0; plane < batch_ * channels_; ++plane) {
      const std::int64_t channel = plane % channels_;
      const double scale = value(at_.gamma, channel) / std::sqrt(value(at_.variance, channel) + epsilon_);
      const double mean = value(at_.mean, channel), beta = value(at_.beta, channel);
      for (std::int64_t i = plane * plane_; i < (plane + 1) * plane_; ++i) {
        y[AsSize(i)] = static_cast<T>((static_cast<double>(x[AsSize(i)]) - mean) * scale + beta);
      }
    }
  }

  BatchNormInference::Places at_;
  double epsilon_;
  std::int64_t batch_;
  std::int64_t channels_;
  std::int64_t plane_ = 1;
};

class ChannelAffineKernel final : public Kernel {
 public:
  ChannelAffineKernel(float low, float high) : low_(low), high_(high) {}

  void Run(const KernelArgs& args) const override {
    kernels::ApplyAffine(
        args.inputs[0].as<float>(),
        {.scale = args.inputs[1].as<float>(), .shift = args.inputs[2].as<float>(), .low = low_, .high = high_},
        args.outputs[0].as<float>());
  }

 private:
  float low_;
  float high_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeBatchNormInferenceKernel(const BatchNormInference& op, const KernelSite& site) {
  const TensorType& x = site.input_types[AsSize(op.places().x)];
  RequireComputesIn(op.name(), x.dtype);
  return std::make_unique<BatchNormLoop>(op, x.shape);
}

std::unique_ptr<const Kernel> MakeChannelAffineKernel(const ChannelAffine& op, const KernelSite&) {
  return std::make_unique<ChannelAffineKernel>(op.low, op.high);
}

}  // namespace stepwell::ops::batch_norm
