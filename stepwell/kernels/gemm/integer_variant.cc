#include "stepwell/kernels/gemm/integer_variant.h"

#include <array>

namespace stepwell::kernels {

std::span<const IntegerVariant> IntegerVariants() {
  static const std::array variants = {
#if defined(__x86_64__)
    kIntegerVariantAvx512,
    kIntegerVariantAvxVnni,
    kIntegerVariantAvx2,
#endif
    kIntegerVariantAnywhere,
  };
  return variants;
}

const IntegerVariant& ChosenIntegerVariant() {
  const auto variants = IntegerVariants();
  for (const IntegerVariant& variant : variants) {
    if (variant.runs_here()) return variant;
  }
  return variants.back();
}

}  // namespace stepwell::kernels
