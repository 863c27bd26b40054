#include <array>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/activation/activation_kernels.h"
#include "stepwell/ops/broadcast_loop.h"
#include "stepwell/ops/computes_in.h"

namespace stepwell::ops::activation {
namespace {

class PReluLoop final : public Kernel {
 public:
  explicit PReluLoop(const KernelSite& site)
      : loop_(site.output_types[0].shape,
              std::array{site.input_types[0].shape, SlopeShape(site.input_types[1].shape, site.input_types[0].shape)}) {
  }

  void Run(const KernelArgs& args) const override {
    VisitElement(args.inputs[0].type.dtype, [&](auto element) {
      using T = decltype(element);
      const T* x = args.inputs[0].as<T>().data();
      const T* slopes = args.inputs[1].as<T>().data();
      T* y = args.outputs[0].as<T>().data();
      loop_.ForEachRun(0, loop_.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& from) {
        for (std::int64_t i = 0; i < loop_.length(); ++i) {
          const T value = x[at + i];
          y[at + i] = value < 0 ? static_cast<T>(value * slopes[from[1] + i * loop_.step(1)]) : value;
        }
      });
    });
  }

 private:
  BroadcastLoop loop_;
};

}  // namespace

std::unique_ptr<const Kernel> MakePReluKernel(const PRelu& op, const KernelSite& site) {
  RequireComputesIn(op.name(), site.input_types[0].dtype);
  return std::make_unique<PReluLoop>(site);
}

}  // namespace stepwell::ops::activation
