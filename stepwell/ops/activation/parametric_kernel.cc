#include <array>
#include <cmath>
#include <numbers>

#include "stepwell/base/visit_element.h"
#include "stepwell/kernels/activation/activation.h"
#include "stepwell/ops/activation/activation_kernels.h"
#include "stepwell/ops/computes_in.h"

namespace stepwell::ops::activation {
namespace {

using Parameters = std::array<double, 2>;
using Function = double (*)(double x, const Parameters& parameters);

// y = function(x, parameters) in double. Inputs behind x take the places of the first parameters.
class ParametricLoop final : public Kernel {
 public:
  ParametricLoop(Function function, const Parameters& parameters) : function_(function), parameters_(parameters) {}

  void Run(const KernelArgs& args) const override {
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      Parameters parameters = parameters_;
      for (std::size_t i = 1; i < args.inputs.size(); ++i) {
        parameters[i - 1] = static_cast<double>(args.inputs[i].as<T>()[0]);
      }
      const auto x = args.inputs[0].as<T>();
      const auto y = args.outputs[0].as<T>();
      for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = static_cast<T>(function_(static_cast<double>(x[i]), parameters));
      }
    });
  }

 private:
  Function function_;
  Parameters parameters_;
};

class FastGelu final : public Kernel {
 public:
  explicit FastGelu(Gelu::Form form) : form_(form) {}

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    form_ == Gelu::Form::kErf ? kernels::GeluErf(x, y) : kernels::GeluTanh(x, y);
  }

 private:
  Gelu::Form form_;
};

double GeluErf(double x, const Parameters&) { return x / 2 * (1 + std::erf(x / std::numbers::sqrt2)); }

double GeluTanh(double x, const Parameters&) {
  const double root = std::sqrt(2 * std::numbers::inv_pi);
  return x / 2 * (1 + std::tanh(root * (x + 0.044715 * x * x * x)));
}

double EluOf(double x, const Parameters& p) { return x < 0 ? p[0] * std::expm1(x) : x; }
double SeluOf(double x, const Parameters& p) { return p[1] * EluOf(x, p); }
double SwishOf(double x, const Parameters& p) { return x / (1 + std::exp(-p[0] * x)); }
double HardSigmoidOf(double x, const Parameters& p) {
  const double line = p[0] * x + p[1];
  return line < 0 ? 0 : (line > 1 ? 1 : line);
}

std::unique_ptr<const Kernel> MakeLoop(std::string_view name, const KernelSite& site, Function function,
                                       const Parameters& parameters = {1, 1}) {
  RequireComputesIn(name, site.input_types[0].dtype);
  return std::make_unique<ParametricLoop>(function, parameters);
}

}  // namespace

std::unique_ptr<const Kernel> MakeGeluKernel(const Gelu& op, const KernelSite& site) {
  if (site.set == KernelSet::kFast && site.input_types[0].dtype == DType::kF32) {
    return std::make_unique<FastGelu>(op.form);
  }
  return MakeLoop(op.name(), site, op.form == Gelu::Form::kErf ? GeluErf : GeluTanh);
}

std::unique_ptr<const Kernel> MakeEluKernel(const Elu& op, const KernelSite& site) {
  return MakeLoop(op.name(), site, EluOf, {static_cast<double>(op.alpha), 1});
}

std::unique_ptr<const Kernel> MakeSeluKernel(const Selu& op, const KernelSite& site) {
  return MakeLoop(op.name(), site, SeluOf);
}

std::unique_ptr<const Kernel> MakeSwishKernel(const Swish& op, const KernelSite& site) {
  return MakeLoop(op.name(), site, SwishOf);
}

std::unique_ptr<const Kernel> MakeHardSigmoidKernel(const HardSigmoid& op, const KernelSite& site) {
  return MakeLoop(op.name(), site, HardSigmoidOf);
}

}  // namespace stepwell::ops::activation
