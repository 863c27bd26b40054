#include <type_traits>

#include "stepwell/base/visit_element.h"
#include "stepwell/ops/layout/layout_kernels.h"

namespace stepwell::ops::layout {
namespace {

// The element of an input as a number that the output computes in: double for floats, else integers that may wrap.
template <class Number>
Number NumberIn(const ConstTensorView& view) {
  Number number{};
  VisitElement(view.type.dtype, [&](auto zero) {
    const auto element = view.as<decltype(zero)>()[0];
    if constexpr (std::is_floating_point_v<Number>) {
      number = static_cast<Number>(element);
    } else {
      number = static_cast<Number>(static_cast<std::int64_t>(element));
    }
  });
  return number;
}

class RangeKernel final : public Kernel {
 public:
  void Run(const KernelArgs& args) const override {
    VisitElement(args.outputs[0].type.dtype, [&](auto zero) { Fill<decltype(zero)>(args); });
  }

 private:
  template <class Element>
  static void Fill(const KernelArgs& args) {
    using Number = std::conditional_t<std::is_integral_v<Element>, std::uint64_t, double>;
    const auto start = NumberIn<Number>(args.inputs[0]);
    const auto step = NumberIn<Number>(args.inputs[2]);
    const std::span<Element> out = args.outputs[0].as<Element>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<Element>(start + static_cast<Number>(i) * step);
  }
};

}  // namespace

std::unique_ptr<const Kernel> MakeRangeKernel(const Range& op, const KernelSite& site) {
  const DType type = op.OutputType(site.input_types[0].dtype);
  const bool computes = VisitElement(type, [](auto) {}) && type != DType::kBool;
  for (const TensorType& input : site.input_types) {
    if (!computes || !VisitElement(input.dtype, [](auto) {})) {
      throw Error(ErrorKind::kUnsupported, "a range of " + std::string(DTypeName(type)) + " from " +
                                               std::string(DTypeName(input.dtype)) + " is not supported");
    }
  }
  return std::make_unique<RangeKernel>();
}

}  // namespace stepwell::ops::layout
