#include <cmath>
#include <numbers>

#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/ops/matmul/matmul_kernels.h"

namespace stepwell::ops::matmul {
namespace {

using Activation = FullyConnected::Activation;

// The definition, summed in double.
class FullyConnectedLoop final : public Kernel {
 public:
  explicit FullyConnectedLoop(const FullyConnected& op) : op_(op) {}

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto weights = args.inputs[1].as<float>();
    const auto y = args.outputs[0].as<float>();
    const Shape& shape = args.inputs[1].type.shape;
    const std::size_t inner = AsSize(shape[op_.transpose_b ? 1 : 0]);
    const std::size_t outputs = AsSize(shape[op_.transpose_b ? 0 : 1]);
    for (std::size_t at = 0; at < y.size(); ++at) {
      const std::size_t row = at / outputs, n = at % outputs;
      double sum = args.inputs.size() > 2 ? static_cast<double>(args.inputs[2].as<float>()[n]) : 0.0;
      if (args.inputs.size() > 3) sum += static_cast<double>(args.inputs[3].as<float>()[at]);
      for (std::size_t k = 0; k < inner; ++k) {
        const float weight = weights[op_.transpose_b ? n * inner + k : k * outputs + n];
        sum += static_cast<double>(x[row * inner + k]) * static_cast<double>(weight);
      }
      y[at] = Finish(sum);
    }
  }

 private:
  float Finish(double sum) const {
    sum = Activated(sum);
    if (sum < static_cast<double>(op_.low)) return op_.low;
    return sum > static_cast<double>(op_.high) ? op_.high : static_cast<float>(sum);
  }

  double Activated(double x) const {
    switch (op_.activation) {
      case Activation::kNone:
        return x;
      case Activation::kSigmoid:
        return 1 / (1 + std::exp(-x));
      case Activation::kTanh:
        return std::tanh(x);
      case Activation::kGeluErf:
        return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
      case Activation::kGeluTanh:
        return x / 2 * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
    }
    return x;
  }

  FullyConnected op_;
};

kernels::Epilogue::Activation EpilogueActivation(Activation activation) {
  switch (activation) {
    case Activation::kSigmoid:
      return kernels::Epilogue::Activation::kSigmoid;
    case Activation::kTanh:
      return kernels::Epilogue::Activation::kTanh;
    case Activation::kGeluErf:
      return kernels::Epilogue::Activation::kGeluErf;
    case Activation::kGeluTanh:
      return kernels::Epilogue::Activation::kGeluTanh;
    case Activation::kNone:
      break;
  }
  return kernels::Epilogue::Activation::kNone;
}

class PackedFullyConnected final : public Kernel {
 public:
  PackedFullyConnected(const FullyConnected& op, std::shared_ptr<const kernels::PackedMatrix> weights,
                       std::int64_t outputs)
      : weights_(std::move(weights)),
        scratch_bytes_(ProductScratchBytes(*weights_, outputs)),
        epilogue_{.activation = EpilogueActivation(op.activation), .low = op.low, .high = op.high} {}

  void Run(const KernelArgs& args) const override {
    kernels::Epilogue epilogue = epilogue_;
    if (args.inputs.size() > 2) epilogue.bias = args.inputs[2].as<float>();
    if (args.inputs.size() > 3) epilogue.addend = args.inputs[3].as<float>();
    const auto y = args.outputs[0].as<float>();
    if (y.empty()) return;
    const std::int64_t rows = static_cast<std::int64_t>(y.size()) / weights_->outputs();
    kernels::Multiply(*weights_, args.inputs[0].as<float>(), rows, y, epilogue, WorkerTeam::Shared(), args.scratch);
  }
  std::size_t scratch_bytes() const override { return scratch_bytes_; }
  bool ReadsInput(int input) const override { return input != 1; }

 private:
  std::shared_ptr<const kernels::PackedMatrix> weights_;
  std::size_t scratch_bytes_;
  kernels::Epilogue epilogue_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeFullyConnectedKernel(const FullyConnected& op, const KernelSite& site) {
  if (site.set == KernelSet::kReference) return std::make_unique<FullyConnectedLoop>(op);
  Require(site.constants[1] != nullptr, ErrorKind::kInvalidModel, "the weights of FullyConnected must be constant");
  return std::make_unique<PackedFullyConnected>(op, PackWeights(*site.constants[1], op.transpose_b, site.weights),
                                                site.output_types[0].shape.num_elements());
}

}  // namespace stepwell::ops::matmul
