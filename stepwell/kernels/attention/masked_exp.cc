#include "stepwell/kernels/attention/masked_exp.h"

#include <algorithm>
#include <limits>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/attention/masked_exp.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/softmax/exp_sum-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = ExpSum::D;
using V = ExpSum::V;
constexpr std::int64_t kLanes = ExpSum::kLanes;
constexpr std::int64_t kPlaces = ExpSum::kPlaces;
static_assert(kPlaces == MaskedRow::kPlaces);
constexpr std::int64_t kFloatElements = 1024;

// The mask's element of a place, or of all.
HWY_INLINE V MaskAt(const MaskedRow& row, std::int64_t at) {
  return row.mask_step == 0 ? hn::Set(D(), *row.mask) : hn::LoadU(D(), row.mask + at);
}

// s = scale * score + mask, and the lowest number in the memory behind the row.
HWY_ATTR void ScaleAndMask(const MaskedRow& row) {
  const D d;
  std::int64_t at = 0;
  for (; at + kLanes <= row.count; at += kLanes) {
    V score = hn::Mul(hn::LoadU(d, row.scores + at), hn::Set(d, row.scale));
    if (row.mask != nullptr) score = hn::Add(score, MaskAt(row, at));
    hn::StoreU(score, d, row.scores + at);
  }
  for (; at < row.count; ++at) {
    row.scores[at] *= row.scale;
    if (row.mask != nullptr) row.scores[at] += row.mask[at * row.mask_step];
  }
  const std::int64_t end = (row.count + kPlaces - 1) / kPlaces * kPlaces;
  std::fill(row.scores + row.count, row.scores + end, -std::numeric_limits<float>::infinity());
}

HWY_ATTR float Largest(const float* scores, std::int64_t count) {
  const D d;
  V largest = hn::Set(d, -std::numeric_limits<float>::infinity());
  for (std::int64_t at = 0; at < count; at += kLanes) largest = hn::Max(largest, hn::LoadU(d, scores + at));
  return hn::GetLane(hn::MaxOfLanes(d, largest));
}

// Of at most kFloatElements scores; the memory behind them adds zeros.
HWY_ATTR double ExpOfFew(float* scores, std::int64_t count, float largest) {
  ExpSum sum(largest);
  for (std::int64_t at = 0; at < count; at += kPlaces) sum.Add(scores + at, scores + at);
  return sum.Total();
}

HWY_ATTR double MaskedExpImpl(const MaskedRow& row) {
  ScaleAndMask(row);
  const float largest = Largest(row.scores, row.count);
  double sum = 0;
  for (std::int64_t at = 0; at < row.count; at += kFloatElements) {
    sum += ExpOfFew(row.scores + at, std::min(kFloatElements, row.count - at), largest);
  }
  return sum;
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(MaskedExpImpl);

}  // namespace

double MaskedExp(const MaskedRow& row) {
  SettleIsa();
  return HWY_DYNAMIC_DISPATCH(MaskedExpImpl)(row);
}

}  // namespace stepwell::kernels
#endif
