#include <array>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/broadcast_loop.h"
#include "stepwell/ops/elementwise/elementwise_kernels.h"

namespace stepwell::ops::elementwise {
namespace {

// Elements are only moved: a type is as good as any other of its width.
class SelectLoop final : public Kernel {
 public:
  explicit SelectLoop(const KernelSite& site)
      : loop_(site.output_types[0].shape,
              std::array{site.input_types[0].shape, site.input_types[1].shape, site.input_types[2].shape}) {}

  void Run(const KernelArgs& args) const override {
    switch (DTypeBits(args.outputs[0].type.dtype)) {
      case 8:
        return Move<std::uint8_t>(args);
      case 16:
        return Move<std::uint16_t>(args);
      case 32:
        return Move<std::uint32_t>(args);
      default:
        return Move<std::uint64_t>(args);
    }
  }

 private:
  template <class T>
  void Move(const KernelArgs& args) const {
    const std::uint8_t* condition = args.inputs[0].as<std::uint8_t>().data();
    const T* a = args.inputs[1].as<T>().data();
    const T* b = args.inputs[2].as<T>().data();
    T* y = args.outputs[0].as<T>().data();
    loop_.ForEachRun(0, loop_.runs(), [&](std::int64_t at, const BroadcastLoop::Offsets& from) {
      for (std::int64_t i = 0; i < loop_.length(); ++i) {
        const bool takes_a = condition[from[0] + i * loop_.step(0)] != 0;
        y[at + i] = takes_a ? a[from[1] + i * loop_.step(1)] : b[from[2] + i * loop_.step(2)];
      }
    });
  }

  BroadcastLoop loop_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeSelectKernel(const Select& op, const KernelSite& site) {
  if (DTypeBits(site.output_types[0].dtype) < 8) {
    throw Error(ErrorKind::kUnsupported, "there is no " + std::string(op.name()) + " for 4-bit elements");
  }
  return std::make_unique<SelectLoop>(site);
}

}  // namespace stepwell::ops::elementwise
