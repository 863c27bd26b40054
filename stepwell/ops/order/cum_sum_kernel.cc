#include "stepwell/base/visit_element.h"
#include "stepwell/ops/computes_in.h"
#include "stepwell/ops/order/lines.h"
#include "stepwell/ops/order/order_kernels.h"
#include "stepwell/ops/site_constants.h"
#include "stepwell/ops/wrapped_arithmetic.h"

namespace stepwell::ops::order {
namespace {

class CumSumKernel final : public Kernel {
 public:
  CumSumKernel(const CumSum& op, Lines lines) : op_(op), lines_(lines) {}

  void Run(const KernelArgs& args) const override {
    VisitElement(args.inputs[0].type.dtype, [&](auto element) { RunOn<decltype(element)>(args); });
  }

  bool ReadsInput(int input) const override { return input == 0; }

 private:
  // Sums of whole numbers wrap around, as TensorFlow's do.
  template <class T>
  static T Sum(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return a + b;
    } else {
      return static_cast<T>(WrappedAdd(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
    }
  }

  template <class T>
  void RunOn(const KernelArgs& args) const {
    const T* x = args.inputs[0].as<T>().data();
    T* y = args.outputs[0].as<T>().data();
    lines_.ForEach([&](std::int64_t first) {
      T sum{};
      for (std::int64_t i = 0; i < lines_.length; ++i) {
        const std::int64_t at = first + (op_.reverse ? lines_.length - 1 - i : i) * lines_.inner;
        const T next = Sum(sum, x[at]);
        y[at] = op_.exclusive ? sum : next;
        sum = next;
      }
    });
  }

  CumSum op_;
  Lines lines_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeCumSumKernel(const CumSum& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  const Shape& shape = site.input_types[0].shape;
  const std::int64_t axis = site.input_types.size() > 1 ? ConstantInt(site, 1, "the axis") : 0;
  return std::make_unique<CumSumKernel>(op, Lines::Along(shape, NormalizedAxis(axis, shape.rank())));
}

}  // namespace stepwell::ops::order
