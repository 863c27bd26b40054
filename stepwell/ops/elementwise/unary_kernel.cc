#include <span>

#include "stepwell/base/visit_element.h"
#include "stepwell/kernels/activation/activation.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/elementwise/element_cast.h"
#include "stepwell/ops/elementwise/elementwise_kernels.h"

namespace stepwell::ops::elementwise {
namespace {

template <class T>
T Evaluate(const UnaryFunction& row, T x) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(row.real(static_cast<double>(x)));
  } else {
    return static_cast<T>(row.integer(static_cast<std::int64_t>(x)));
  }
}

// The function itself, called for one element after the other.
class UnaryLoop final : public Kernel {
 public:
  explicit UnaryLoop(const UnaryFunction& row) : row_(row) {}

  void Run(const KernelArgs& args) const override {
    if (args.inputs[0].type.dtype == DType::kBool) return RunLogical(args);
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      const auto x = args.inputs[0].as<T>();
      const auto y = args.outputs[0].as<T>();
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = Evaluate(row_, x[i]);
    });
  }

 private:
  void RunLogical(const KernelArgs& args) const {
    const auto x = args.inputs[0].as<std::uint8_t>();
    const auto y = args.outputs[0].as<std::uint8_t>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = row_.logical(x[i] != 0) ? 1 : 0;
  }

  const UnaryFunction& row_;
};

class ClampLoop final : public Kernel {
 public:
  explicit ClampLoop(const Clamp& op) : low_(op.low), high_(op.high) {}

  void Run(const KernelArgs& args) const override {
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      const T low = ElementCast<T>(std::is_integral_v<T> ? std::ceil(low_) : low_);
      const T high = ElementCast<T>(std::is_integral_v<T> ? std::floor(high_) : high_);
      const auto x = args.inputs[0].as<T>();
      const auto y = args.outputs[0].as<T>();
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] < low ? low : (x[i] > high ? high : x[i]);
    });
  }

 private:
  float low_;
  float high_;
};

using FastFunction = void (*)(std::span<const float>, std::span<float>);

// Null where the plain loop is all there is.
FastFunction FastFunctionOf(Unary function) {
  switch (function) {
    case Unary::kSigmoid:
      return [](std::span<const float> x, std::span<float> y) { kernels::Sigmoid(x, y); };
    case Unary::kTanh:
      return [](std::span<const float> x, std::span<float> y) { kernels::Tanh(x, y); };
    case Unary::kExp:
      return [](std::span<const float> x, std::span<float> y) { kernels::Exp(x, y); };
    case Unary::kLog:
      return [](std::span<const float> x, std::span<float> y) { kernels::Log(x, y); };
    case Unary::kErf:
      return [](std::span<const float> x, std::span<float> y) { kernels::Erf(x, y); };
    default:
      return nullptr;
  }
}

class FastUnary final : public Kernel {
 public:
  explicit FastUnary(FastFunction function) : function_(function) {}
  void Run(const KernelArgs& args) const override {
    function_(args.inputs[0].as<float>(), args.outputs[0].as<float>());
  }

 private:
  FastFunction function_;
};

class FastClamp final : public Kernel {
 public:
  FastClamp(float low, float high) : low_(low), high_(high) {}
  void Run(const KernelArgs& args) const override {
    kernels::Clamp(args.inputs[0].as<float>(), low_, high_, args.outputs[0].as<float>());
  }

 private:
  float low_;
  float high_;
};

bool WantsFastFloat(const KernelSite& site) {
  return site.set == KernelSet::kFast && site.input_types[0].dtype == DType::kF32;
}

}  // namespace

std::unique_ptr<const Kernel> MakeUnaryKernel(const UnaryOpBase& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  if (WantsFastFloat(site)) {
    if (op.function() == Unary::kRelu) {
      return std::make_unique<FastClamp>(0.0F, std::numeric_limits<float>::infinity());
    }
    if (const FastFunction function = FastFunctionOf(op.function())) return std::make_unique<FastUnary>(function);
  }
  return std::make_unique<UnaryLoop>(FunctionOf(op.function()));
}

std::unique_ptr<const Kernel> MakeClampKernel(const Clamp& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  if (WantsFastFloat(site)) return std::make_unique<FastClamp>(op.low, op.high);
  return std::make_unique<ClampLoop>(op);
}

}  // namespace stepwell::ops::elementwise
