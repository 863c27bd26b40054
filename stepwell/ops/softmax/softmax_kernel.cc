#include <algorithm>
#include <cmath>

#include "stepwell/base/visit_element.h"
#include "stepwell/kernels/softmax/softmax.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/softmax/softmax_kernels.h"

namespace stepwell::ops::softmax {
namespace {

enum class Form : std::uint8_t { kPlain, kLog };

// The tensor as [outer, length, inner], the middle axis being the one that is normalised.
struct Extents {
  std::int64_t outer = 1;
  std::int64_t length = 1;
  std::int64_t inner = 1;
};

Extents ExtentsAlong(const Shape& shape, std::int64_t axis) {
  const int middle = NormalizedAxis(axis, shape.rank());
  Extents extents;
  for (int i = 0; i < shape.rank(); ++i) {
    (i < middle ? extents.outer : i == middle ? extents.length : extents.inner) *= shape[i];
  }
  return extents;
}

// The definition in double, the largest element subtracted first.
class SoftmaxLoop final : public Kernel {
 public:
  SoftmaxLoop(Form form, const Extents& extents) : form_(form), extents_(extents) {}

  void Run(const KernelArgs& args) const override {
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      for (std::int64_t outer = 0; outer < extents_.outer; ++outer) {
        for (std::int64_t inner = 0; inner < extents_.inner; ++inner) {
          const std::int64_t first = outer * extents_.length * extents_.inner + inner;
          RunVector(args.inputs[0].as<T>().data() + first, args.outputs[0].as<T>().data() + first);
        }
      }
    });
  }

 private:
  // Elements lie extents_.inner apart.
  template <class T>
  void RunVector(const T* x, T* y) const {
    const std::int64_t end = extents_.length * extents_.inner;
    T largest = x[0];
    for (std::int64_t i = 0; i < end; i += extents_.inner) largest = std::max(largest, x[i]);
    const auto above = [&](std::int64_t i) { return static_cast<double>(x[i]) - static_cast<double>(largest); };
    double sum = 0;
    for (std::int64_t i = 0; i < end; i += extents_.inner) sum += std::exp(above(i));
    for (std::int64_t i = 0; i < end; i += extents_.inner) {
      y[i] = static_cast<T>(form_ == Form::kLog ? above(i) - std::log(sum) : std::exp(above(i)) / sum);
    }
  }

  Form form_;
  Extents extents_;
};

class FastSoftmax final : public Kernel {
 public:
  FastSoftmax(Form form, std::int64_t length) : form_(form), length_(length) {}

  void Run(const KernelArgs& args) const override {
    const auto x = args.inputs[0].as<float>();
    const auto y = args.outputs[0].as<float>();
    if (x.empty()) return;
    if (form_ == Form::kLog) {
      kernels::LogSoftmax(x, length_, y);
    } else {
      kernels::Softmax(x, length_, y);
    }
  }

 private:
  Form form_;
  std::int64_t length_;
};

std::unique_ptr<const Kernel> Make(Form form, std::string_view name, std::int64_t axis, const KernelSite& site) {
  const TensorType& type = site.input_types[0];
  RequireComputesIn(name, type.dtype);
  Extents extents = ExtentsAlong(type.shape, axis);
  if (extents.length == 0) extents.outer = 0;
  if (site.set == KernelSet::kFast && type.dtype == DType::kF32 && extents.inner == 1) {
    return std::make_unique<FastSoftmax>(form, extents.length);
  }
  return std::make_unique<SoftmaxLoop>(form, extents);
}

}  // namespace

std::unique_ptr<const Kernel> MakeSoftMaxKernel(const SoftMax& op, const KernelSite& site) {
  return Make(Form::kPlain, op.name(), op.axis, site);
}

std::unique_ptr<const Kernel> MakeLogSoftmaxKernel(const LogSoftmax& op, const KernelSite& site) {
  return Make(Form::kLog, op.name(), op.axis, site);
}

}  // namespace stepwell::ops::softmax
