#include "stepwell/kernels/gemm/kept_inputs.h"

#include <bit>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/kept_inputs.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One bit for each of the inputs from `begin` on, set where some row is not zero there.
template <class D>
HWY_INLINE std::uint64_t NonZeroBits(D d, const float* const* a, std::int64_t rows, std::int64_t begin) {
  const auto zero = hn::Zero(d);
  auto any = hn::Ne(hn::LoadU(d, a[0] + begin), zero);
  for (std::int64_t m = 1; m < rows; ++m) any = hn::Or(any, hn::Ne(hn::LoadU(d, a[m] + begin), zero));
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, any, bytes);
  return std::uint64_t{bytes[0]} | std::uint64_t{bytes[1]} << 8;
}

// Writes the indices of the inputs [begin, end) that are kept; returns how many. Stops early past `most`.
template <class D>
HWY_INLINE std::int64_t ListPart(D d, const float* const* a, std::int64_t rows, std::int64_t begin, std::int64_t end,
                                 std::int64_t most, std::int32_t* indices) {
  constexpr auto kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
  std::int64_t count = 0;
  for (std::int64_t k = begin; k + kLanes <= end && count <= most; k += kLanes) {
    for (std::uint64_t bits = NonZeroBits(d, a, rows, k); bits != 0; bits &= bits - 1) {
      indices[count++] = static_cast<std::int32_t>(k + std::countr_zero(bits));
    }
  }
  return count;
}

HWY_ATTR std::int64_t ListKeptImpl(const float* const* a, std::int64_t rows, std::int64_t inputs, std::int64_t most,
                                   std::int32_t* indices) {
  const hn::CappedTag<float, 16> d;
  const std::int64_t whole = inputs - inputs % static_cast<std::int64_t>(hn::MaxLanes(d));
  const std::int64_t count = ListPart(d, a, rows, 0, whole, most, indices);
  if (count > most) return count;
  return count + ListPart(hn::CappedTag<float, 1>(), a, rows, whole, inputs, most - count, indices + count);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(ListKeptImpl);

}  // namespace

KeptInputs::KeptInputs(const float* const* a, std::int64_t rows, std::int64_t inputs) {
  if (inputs > kMost || rows == 0) return;
  SettleIsa();
  const std::int64_t most = inputs - inputs / 8;
  const std::int64_t count = HWY_DYNAMIC_DISPATCH(ListKeptImpl)(a, rows, inputs, most, indices_.data());
  skips_ = count < most;
  count_ = static_cast<std::size_t>(count);
}

}  // namespace stepwell::kernels
#endif
