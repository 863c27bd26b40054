// The sum of exponentials that every softmax here is divided by; included once per instruction set, hence the guard in
// Highway's form instead of #pragma once.
#if defined(STEPWELL_KERNELS_SOFTMAX_EXP_SUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STEPWELL_KERNELS_SOFTMAX_EXP_SUM_INL_H_
#undef STEPWELL_KERNELS_SOFTMAX_EXP_SUM_INL_H_
#else
#define STEPWELL_KERNELS_SOFTMAX_EXP_SUM_INL_H_
#endif

#include <cstdint>

#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

// Adds up exp(x - shift) in all places at once.
class ExpSum {
 public:
  using D = hn::CappedTag<float, 16>;
  using V = hn::Vec<D>;
  static constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
  // Partial sums are kept in this many places whatever the number of lanes, so that every instruction set adds the same
  // numbers in the same order.
  static constexpr std::int64_t kPlaces = 16;
  static_assert(kPlaces % kLanes == 0);

  HWY_ATTR explicit ExpSum(float shift) : shift_(shift) {
    for (V& sum : sums_) sum = hn::Zero(D());
  }

  // Of kPlaces elements; out may be null, or x itself.
  HWY_ATTR void Add(const float* x, float* out) {
    const D d;
    for (std::int64_t v = 0; v < kPlaces / kLanes; ++v) {
      const V e = ExpLanes(d, hn::Sub(hn::LoadU(d, x + v * kLanes), hn::Set(d, shift_)));
      if (out != nullptr) hn::StoreU(e, d, out + v * kLanes);
      sums_[v] = hn::Add(sums_[v], e);
    }
  }

  HWY_ATTR double Total() const {
    HWY_ALIGN float places[kPlaces];
    for (std::int64_t v = 0; v < kPlaces / kLanes; ++v) hn::Store(sums_[v], D(), places + v * kLanes);
    double total = 0;
    for (const float part : places) total += double{part};
    return total;
  }

 private:
  float shift_;
  V sums_[kPlaces / kLanes];
};

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#endif  // STEPWELL_KERNELS_SOFTMAX_EXP_SUM_INL_H_
