// Vector exp, log, sigmoid, tanh, erf and GELU for use inside Highway code; included once per instruction set, hence
// the guard in Highway's form instead of #pragma once. Results do not depend on the number of lanes. The error bounds
// are those of activation.h; exhaustive_test.cc and activation_test.cc try them.
#if defined(STEPWELL_KERNELS_ACTIVATION_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef STEPWELL_KERNELS_ACTIVATION_MATH_INL_H_
#undef STEPWELL_KERNELS_ACTIVATION_MATH_INL_H_
#else
#define STEPWELL_KERNELS_ACTIVATION_MATH_INL_H_
#endif

#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The nearer bound where v is outside of them; NaN stays NaN, which Max and Min do not promise.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ClampLanes(D, V v, V low, V high) {
  const V raised = hn::IfThenElse(hn::Lt(v, low), low, v);
  return hn::IfThenElse(hn::Lt(high, raised), high, raised);
}

// 2^n for integers n of a normal result, [-126, 127].
template <class D, class VI = hn::Vec<hn::RebindToSigned<D>>>
HWY_INLINE hn::Vec<D> PowerOfTwo(D d, VI n) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(n, hn::Set(di, 127))));
}

// exp(v) = 2^n * (1 + fraction), the fraction being expm1 of what is left after n * ln 2 is taken away.
template <class D>
struct ExpParts {
  hn::Vec<hn::RebindToSigned<D>> n;
  hn::Vec<D> fraction;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE ExpParts<D> SplitExp(D d, V v) {
  const auto n = hn::NearestInt(hn::Mul(v, hn::Set(d, 1.44269504F)));
  const V count = hn::ConvertTo(d, n);
  // ln 2 in two parts; the first has 9 bits, so that its multiples are exact with or without fused arithmetic.
  const V rough = hn::Sub(v, hn::Mul(count, hn::Set(d, 0.693359375F)));
  const V r = hn::NegMulAdd(count, hn::Set(d, -2.12194440e-4F), rough);
  // (expm1(r) - r) / r^2 on [-ln2/2, ln2/2], minimax in the relative error of expm1 (4e-3 ULP).
  V q = hn::Set(d, 0.00019914302F);
  q = hn::MulAdd(q, r, hn::Set(d, 0.0013941103F));
  q = hn::MulAdd(q, r, hn::Set(d, 0.008333273F));
  q = hn::MulAdd(q, r, hn::Set(d, 0.041666355F));
  q = hn::MulAdd(q, r, hn::Set(d, 0.16666667F));
  q = hn::MulAdd(q, r, hn::Set(d, 0.5F));
  return {n, hn::MulAdd(hn::Mul(r, r), q, r)};
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpLanes(D d, V v) {
  // Beyond these bounds the result is 0 or infinity in any case.
  const auto parts = SplitExp(d, ClampLanes(d, v, hn::Set(d, -104.5F), hn::Set(d, 89.0F)));
  // In two factors: the result may be subnormal, or 2^n larger than the largest float where the result is not.
  const auto half = hn::ShiftRight<1>(parts.n);
  const V scaled = hn::Mul(hn::Add(hn::Set(d, 1.0F), parts.fraction), PowerOfTwo(d, half));
  return hn::Mul(scaled, PowerOfTwo(d, hn::Sub(parts.n, half)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V SigmoidLanes(D d, V v) {
  const V one = hn::Set(d, 1.0F);
  const V e = ExpLanes(d, hn::Neg(hn::Abs(v)));  // at most 1: small results keep their precision, none overflows
  const V numerator = hn::IfThenElse(hn::Lt(v, hn::Zero(d)), e, one);
  return hn::Div(numerator, hn::Add(one, e));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V TanhLanes(D d, V v) {
  // tanh(x) = m / (m + 2) with m = expm1(2x), x >= 0; above 9.02 the nearest float is 1.
  const V magnitude = hn::Abs(v);
  const V bounded = hn::IfThenElse(hn::Lt(hn::Set(d, 9.5F), magnitude), hn::Set(d, 9.5F), magnitude);
  const auto parts = SplitExp(d, hn::Add(bounded, bounded));
  const V scale = PowerOfTwo(d, parts.n);
  const V m = hn::MulAdd(parts.fraction, scale, hn::Sub(scale, hn::Set(d, 1.0F)));
  return hn::CopySignToAbs(hn::Div(m, hn::Add(m, hn::Set(d, 2.0F))), v);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V ErfLanes(D d, V v) {
  // x * P(x^2) / Q(x^2) on [0, 3.93], minimax in the relative error (0.4 ULP before rounding); above, 1 is nearest.
  const V magnitude = hn::Abs(v);
  const V bounded = hn::IfThenElse(hn::Lt(hn::Set(d, 3.93F), magnitude), hn::Set(d, 3.93F), magnitude);
  const V t = hn::Mul(bounded, bounded);
  V p = hn::Set(d, 2.0420018e-06F);
  p = hn::MulAdd(p, t, hn::Set(d, 0.00028480333F));
  p = hn::MulAdd(p, t, hn::Set(d, 0.0037793994F));
  p = hn::MulAdd(p, t, hn::Set(d, 0.052789643F));
  p = hn::MulAdd(p, t, hn::Set(d, 0.19077902F));
  p = hn::MulAdd(p, t, hn::Set(d, 1.1283791F));
  V q = hn::Set(d, 3.800412e-05F);
  q = hn::MulAdd(q, t, hn::Set(d, 0.0011651607F));
  q = hn::MulAdd(q, t, hn::Set(d, 0.01499702F));
  q = hn::MulAdd(q, t, hn::Set(d, 0.114255525F));
  q = hn::MulAdd(q, t, hn::Set(d, 0.50240624F));
  q = hn::MulAdd(q, t, hn::Set(d, 1.0F));
  const V erf = hn::Div(hn::Mul(bounded, p), q);
  const V one = hn::Set(d, 1.0F);
  return hn::CopySignToAbs(hn::IfThenElse(hn::Lt(one, erf), one, erf), v);
}

// x/2 * (1 + erf(x / sqrt 2)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GeluErfLanes(D d, V v) {
  const V half = hn::Mul(v, hn::Set(d, 0.5F));
  return hn::MulAdd(half, ErfLanes(d, hn::Mul(v, hn::Set(d, 0.70710678F))), half);
}

// x/2 * (1 + tanh(u)) with u = sqrt(2 / pi) * (x + 0.044715 x^3); the same as x * sigmoid(2 u).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GeluTanhLanes(D d, V v) {
  const V square = hn::Mul(v, v);
  const V factor = hn::MulAdd(square, hn::Set(d, 0.071354814F), hn::Set(d, 1.5957691F));
  return hn::Mul(v, SigmoidLanes(d, hn::Mul(v, factor)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V LogLanes(D d, V v) {
  const hn::RebindToSigned<D> di;
  const V zero = hn::Zero(d);
  const auto subnormal = hn::Lt(v, hn::Set(d, std::numeric_limits<float>::min()));
  const V normal = hn::IfThenElse(subnormal, hn::Mul(v, hn::Set(d, 8388608.0F)), v);
  // v = 2^count * (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); 0x3f3504f3 are the bits of sqrt(1/2).
  const auto root_half = hn::Set(di, 0x3f3504f3);
  const auto above = hn::Sub(hn::BitCast(di, normal), root_half);
  V count = hn::ConvertTo(d, hn::ShiftRight<23>(above));
  count = hn::Sub(count, hn::IfThenElseZero(subnormal, hn::Set(d, 23.0F)));
  const auto mantissa = hn::Add(hn::And(above, hn::Set(di, 0x7fffff)), root_half);
  const V f = hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.0F));
  // log(1 + f) = f - (f^2/2 - s (f^2/2 + R)) with s = f / (2 + f), R = z * poly(z), z = s^2; minimax, 2e-4 ULP.
  const V s = hn::Div(f, hn::Add(f, hn::Set(d, 2.0F)));
  const V z = hn::Mul(s, s);
  V poly = hn::Set(d, 0.23582152F);
  poly = hn::MulAdd(poly, z, hn::Set(d, 0.2853731F));
  poly = hn::MulAdd(poly, z, hn::Set(d, 0.40000334F));
  poly = hn::MulAdd(poly, z, hn::Set(d, 0.6666666F));
  const V half_square = hn::Mul(hn::Mul(f, f), hn::Set(d, 0.5F));
  const V low = hn::MulAdd(s, hn::MulAdd(poly, z, half_square), hn::Mul(count, hn::Set(d, -2.12194440e-4F)));
  const V sum = hn::Add(hn::Sub(low, half_square), f);
  V result = hn::MulAdd(count, hn::Set(d, 0.693359375F), sum);
  result = hn::IfThenElse(hn::Eq(v, zero), hn::Set(d, -std::numeric_limits<float>::infinity()), result);
  result = hn::IfThenElse(hn::Lt(v, zero), hn::Set(d, std::numeric_limits<float>::quiet_NaN()), result);
  // Infinity and NaN are their own logarithms.
  const auto finite = hn::Lt(v, hn::Set(d, std::numeric_limits<float>::infinity()));
  return hn::IfThenElse(finite, result, v);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#endif  // STEPWELL_KERNELS_ACTIVATION_MATH_INL_H_
