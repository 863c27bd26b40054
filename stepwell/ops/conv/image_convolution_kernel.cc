#include "stepwell/ops/conv/image_convolution_kernel.h"

#include "stepwell/kernels/conv/image_convolution.h"
#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/conv/image_shape.h"

namespace stepwell::ops::conv {
namespace {

kernels::Conv2dShape ShapeOf(const ImageConvolution& op, const KernelSite& site) {
  const Shape& x = site.input_types[0].shape;
  const TensorType channels_first{site.input_types[0].dtype, Shape{x[0], x[3], x[1], x[2]}};
  return ImageShapeOf(op.name(), op.window, channels_first, site.input_types[1].shape);
}

class PackedImageConvolution final : public Kernel {
 public:
  PackedImageConvolution(kernels::ImageConvolution convolution, std::shared_ptr<const SharedBytes> weights,
                         std::vector<float> bias)
      : convolution_(std::move(convolution)), weights_(std::move(weights)), bias_(std::move(bias)) {}

  std::size_t scratch_bytes() const override { return convolution_.ScratchBytes(WorkerTeam::Shared().num_threads()); }
  bool ReadsInput(int input) const override { return input == 0 || input == 3; }
  void Run(const KernelArgs& args) const override {
    const bool has_residual = args.inputs.size() > 3;
    convolution_.Run({.x = args.inputs[0].as<float>(),
                      .packed = weights_->span(),
                      .bias = bias_,
                      .residual = has_residual ? args.inputs[3].as<float>() : std::span<const float>(),
                      .out = args.outputs[0].as<float>(),
                      .scratch = args.scratch});
  }

 private:
  kernels::ImageConvolution convolution_;
  std::shared_ptr<const SharedBytes> weights_;
  std::vector<float> bias_;
};

// By definition: in the order of channels that the definition has.
class ImageConvolutionLoop final : public Kernel {
 public:
  ImageConvolutionLoop(const ImageConvolution& op, const kernels::Conv2dShape& shape)
      : low_(op.low), high_(op.high), shape_(shape) {}

  std::size_t scratch_bytes() const override {
    const std::int64_t in = shape_.in_channels * shape_.in_height * shape_.in_width;
    const std::int64_t out = shape_.out_channels * shape_.out_height() * shape_.out_width();
    return AsSize(shape_.batch * (in + out)) * sizeof(float);
  }

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    auto* memory = reinterpret_cast<float*>(args.scratch.data());
    const std::span<float> from(memory, x.size()), to(memory + x.size(), y.size());
    MoveChannels(x.data(), from.data(), shape_.in_height * shape_.in_width, shape_.in_channels);
    kernels::ReferenceConv2d(shape_, from, args.inputs[1].as<float>(), args.inputs[2].as<float>(),
                             kernels::Conv2dActivation::kNone, to);
    MoveChannels(to.data(), y.data(), shape_.out_channels, shape_.out_height() * shape_.out_width());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const float sum = y[i] + (args.inputs.size() > 3 ? args.inputs[3].as<float>()[i] : 0.0F);
      y[i] = sum < low_ ? low_ : (sum > high_ ? high_ : sum);
    }
  }

 private:
  // Each image [rows, columns] -> [columns, rows].
  void MoveChannels(const float* from, float* to, std::int64_t rows, std::int64_t columns) const {
    const std::array<kernels::StridedCopy::Axis, 3> axes = {
        {{shape_.batch, rows * columns, rows * columns}, {columns, 1, rows}, {rows, columns, 1}}};
    kernels::StridedCopy(axes).Run(reinterpret_cast<const std::byte*>(from), reinterpret_cast<std::byte*>(to),
                                   sizeof(float));
  }

  float low_;
  float high_;
  kernels::Conv2dShape shape_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeImageConvolutionKernel(const ImageConvolution& op, const KernelSite& site) {
  const kernels::Conv2dShape shape = ShapeOf(op, site);
  const bool is_known = site.constants[1] != nullptr && site.constants[2] != nullptr;
  if (site.set == KernelSet::kReference || !is_known) return std::make_unique<ImageConvolutionLoop>(op, shape);
  using Epilogue = kernels::ImageConvolution::Epilogue;
  const Epilogue epilogue{
      .residual = site.input_types.size() > 3 ? Epilogue::Residual::kAdded : Epilogue::Residual::kNone,
      .low = op.low,
      .high = op.high};
  kernels::ImageConvolution convolution(shape, epilogue, WorkerTeam::Shared().num_threads());
  const auto pack = [&](PackedBlocks& blocks) {
    return std::make_shared<const SharedBytes>(convolution.Pack(site.constants[1]->bytes, blocks));
  };
  auto weights = site.weights == nullptr ? pack(PackedBlocks::Fresh())
                                         : site.weights->GetOrMake<SharedBytes>(
                                               *site.constants[1], "image convolution " + convolution.Packing(), pack);
  return std::make_unique<PackedImageConvolution>(std::move(convolution), std::move(weights),
                                                  site.constants[2]->Copy<float>());
}

}  // namespace stepwell::ops::conv
