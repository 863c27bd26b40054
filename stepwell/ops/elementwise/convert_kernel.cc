#include "stepwell/base/half.h"
#include "stepwell/base/visit_element.h"
#include "stepwell/ops/elementwise/element_cast.h"
#include "stepwell/ops/elementwise/elementwise_kernels.h"

namespace stepwell::ops::elementwise {
namespace {

bool IsNarrowFloat(DType dtype) { return dtype == DType::kF16 || dtype == DType::kBF16; }

// Two to a byte, the first in the low half.
template <class Visit>
void VisitNibbles(const ConstTensorView& x, Visit&& visit) {
  const std::byte* bytes = x.data;
  const int sign = x.type.dtype == DType::kI4 ? 8 : 0;
  const auto read = [bytes, sign](std::size_t i) {
    const int nibble = static_cast<int>(bytes[i / 2] >> (i % 2 * 4) & std::byte{0xF});
    return static_cast<std::int32_t>((nibble ^ sign) - sign);
  };
  visit(read, AsSize(x.type.shape.num_elements()));
}

// Calls visit(read, count), where read(i) is element i of `x` as the C++ type that computes for its dtype.
template <class Visit>
void VisitSource(const ConstTensorView& x, Visit&& visit) {
  if (IsNarrowFloat(x.type.dtype)) {
    const auto bits = x.as<std::uint16_t>();
    const auto widen = x.type.dtype == DType::kF16 ? HalfToFloat : BFloat16ToFloat;
    visit([bits, widen](std::size_t i) { return widen(bits[i]); }, bits.size());
    return;
  }
  if (DTypeBits(x.type.dtype) == 4) return VisitNibbles(x, visit);
  VisitElement(x.type.dtype, [&](auto element) {
    const auto values = x.as<decltype(element)>();
    if (x.type.dtype == DType::kBool) {
      visit([values](std::size_t i) { return static_cast<std::uint8_t>(values[i] != 0); }, values.size());
    } else {
      visit([values](std::size_t i) { return values[i]; }, values.size());
    }
  });
}

template <class Read>
void StoreNarrowFloat(const TensorView& y, std::size_t count, Read&& read) {
  const auto bits = y.as<std::uint16_t>();
  const auto narrow = y.type.dtype == DType::kF16 ? FloatToHalf : FloatToBFloat16;
  for (std::size_t i = 0; i < count; ++i) bits[i] = narrow(static_cast<float>(read(i)));
}

template <class Read>
void StoreBool(const TensorView& y, std::size_t count, Read&& read) {
  const auto values = y.as<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) values[i] = read(i) != 0 ? 1 : 0;
}

class ConvertLoop final : public Kernel {
 public:
  void Run(const KernelArgs& args) const override {
    const TensorView& y = args.outputs[0];
    VisitSource(args.inputs[0], [&](auto read, std::size_t count) {
      if (IsNarrowFloat(y.type.dtype)) return StoreNarrowFloat(y, count, read);
      if (y.type.dtype == DType::kBool) return StoreBool(y, count, read);
      VisitElement(y.type.dtype, [&](auto element) {
        using To = decltype(element);
        const auto values = y.as<To>();
        for (std::size_t i = 0; i < count; ++i) values[i] = ElementCast<To>(read(i));
      });
    });
  }
};

}  // namespace

std::unique_ptr<const Kernel> MakeConvertKernel(const Convert&, const KernelSite&) {
  return std::make_unique<ConvertLoop>();
}

}  // namespace stepwell::ops::elementwise
