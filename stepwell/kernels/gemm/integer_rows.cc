#include "stepwell/kernels/gemm/integer_rows.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/integer_rows.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

#ifndef STEPWELL_INTEGER_ROWS_ONCE
#define STEPWELL_INTEGER_ROWS_ONCE
namespace stepwell::kernels {

// What a row is made by.
struct RowRange {
  std::int32_t largest_bits = 0;  // of the magnitudes: in the order of the numbers, infinity and NaN last
  bool has_negative = false;
};

}  // namespace stepwell::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE RowRange RangeOfPart(D d, const float* row, std::int64_t begin, std::int64_t end) {
  const hn::RebindToSigned<D> integers;
  auto largest = hn::Zero(integers);
  auto lowest = hn::Zero(d);
  for (std::int64_t k = begin; k < end; k += static_cast<std::int64_t>(hn::MaxLanes(d))) {
    const auto x = hn::LoadU(d, row + k);
    largest = hn::Max(largest, hn::BitCast(integers, hn::Abs(x)));
    lowest = hn::Min(x, lowest);  // 0 if x is NaN, on x86
  }
  return {hn::GetLane(hn::MaxOfLanes(integers, largest)), hn::GetLane(hn::MinOfLanes(d, lowest)) < 0};
}

HWY_ATTR RowRange RangeOfRowImpl(const float* row, std::int64_t inputs) {
  const hn::CappedTag<float, 16> d;
  const std::int64_t whole = inputs - inputs % static_cast<std::int64_t>(hn::MaxLanes(d));
  const RowRange most = RangeOfPart(d, row, 0, whole);
  const RowRange rest = RangeOfPart(hn::CappedTag<float, 1>(), row, whole, inputs);
  return {std::max(most.largest_bits, rest.largest_bits), most.has_negative || rest.has_negative};
}

// To the nearest, ties to even.
template <class D>
HWY_INLINE void RoundPart(D d, const float* row, std::int64_t begin, std::int64_t end, float inverse, std::int32_t zero,
                          std::uint8_t* to) {
  const hn::RebindToSigned<D> integers;
  for (std::int64_t k = begin; k < end; k += static_cast<std::int64_t>(hn::MaxLanes(d))) {
    const auto rounded = hn::NearestInt(hn::Mul(hn::LoadU(d, row + k), hn::Set(d, inverse)));
    const auto bits = hn::And(hn::Add(rounded, hn::Set(integers, zero)), hn::Set(integers, 0xFF));
    hn::StoreU(hn::DemoteTo(hn::Rebind<std::uint8_t, D>(), bits), hn::Rebind<std::uint8_t, D>(), to + k);
  }
}

HWY_ATTR void RoundRowImpl(const float* row, std::int64_t inputs, float inverse, std::int32_t zero, std::uint8_t* to) {
  const hn::CappedTag<float, 16> d;
  const std::int64_t whole = inputs - inputs % static_cast<std::int64_t>(hn::MaxLanes(d));
  RoundPart(d, row, 0, whole, inverse, zero, to);
  RoundPart(hn::CappedTag<float, 1>(), row, whole, inputs, inverse, zero, to);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(RangeOfRowImpl);
HWY_EXPORT(RoundRowImpl);

constexpr std::int64_t kFour = 4;
constexpr std::int64_t kLine = 64;

// Percent. Rows of 64 bytes with gaps between them come from memory at half the speed of a stretch without (Zen 5): so
// many must not be needed before leaving them out is sure to pay.
constexpr std::int64_t kMostKept = 50;

std::int64_t RoundUp(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

// The indices in [begin, end) where a byte is not 0; writes one more element than it returns.
std::int64_t ListKept(const std::uint8_t* marks, std::int64_t begin, std::int64_t end, std::int32_t* list) {
  std::int64_t count = 0;
  for (std::int64_t k = begin; k < end; ++k) {
    list[count] = static_cast<std::int32_t>(k);
    count += marks[k] != 0 ? 1 : 0;
  }
  return count;
}

}  // namespace

// Each group may need three places more. Rows an odd number of lines apart do not compete for the same cache sets.
IntegerRows::Form::Form(const PackedMatrix& weights, std::int64_t most_rows)
    : inputs(weights.inputs()),
      group(std::max<std::int64_t>(1, std::min(inputs, weights.inputs_per_scale()))),
      groups((inputs + group - 1) / group),
      stride(RoundUp(inputs + 3 * groups, 2 * kLine) + kLine),
      is_signed(weights.dtype() == DType::kI4),
      may_skip(weights.layout() == PanelLayout::kTurnable) {
  const auto take = [this](std::int64_t count, std::size_t size) {
    const std::size_t begin = bytes;
    bytes += AsSize(RoundUp(count * static_cast<std::int64_t>(size), kLine));
    return begin;
  };
  take(most_rows * stride, sizeof(std::uint8_t));
  work = take(stride, sizeof(std::uint8_t));
  list = take(stride, sizeof(std::int32_t));
  first_places = take(groups + 1, sizeof(std::int32_t));
  starts = take(most_rows * groups, sizeof(std::int32_t));
  scales = take(most_rows, sizeof(Row));
  is_listed = take(1, sizeof(std::int32_t));
}

IntegerRows::IntegerRows(const Form& form, std::int64_t rows, std::byte* scratch)
    : form_(form),
      rows_(rows),
      values_(reinterpret_cast<std::uint8_t*>(scratch)),
      work_(reinterpret_cast<std::uint8_t*>(scratch + form.work)),
      list_(reinterpret_cast<std::int32_t*>(scratch + form.list)),
      first_places_(reinterpret_cast<std::int32_t*>(scratch + form.first_places)),
      starts_(reinterpret_cast<std::int32_t*>(scratch + form.starts)),
      row_scales_(reinterpret_cast<Row*>(scratch + form.scales)),
      is_listed_(reinterpret_cast<std::int32_t*>(scratch + form.is_listed)) {}

void IntegerRows::Set(std::int64_t m, const float* row) const {
  SettleIsa();
  const RowRange range = HWY_DYNAMIC_DISPATCH(RangeOfRowImpl)(row, form_.inputs);
  const float largest = std::bit_cast<float>(range.largest_bits);
  const bool uses_zero = !form_.is_signed && range.has_negative;
  const float steps = form_.is_signed || uses_zero ? 127 : 255;
  // Subnormal magnitudes have no finite inverse; they are as good as zero.
  const float inverse = largest >= std::numeric_limits<float>::min() * 256 ? steps / largest : 0;
  std::uint8_t* values = values_ + m * form_.stride;
  row_scales_[m] = {.scale = largest / steps, .uses_zero = uses_zero ? -1 : 0};
  if (range.largest_bits < 0x7F800000) {
    HWY_DYNAMIC_DISPATCH(RoundRowImpl)(row, form_.inputs, inverse, uses_zero ? kIntegerZero : 0, values);
  } else {
    row_scales_[m].scale = std::numeric_limits<float>::quiet_NaN();
    std::fill_n(values, form_.inputs, std::uint8_t{0});
  }
  // What fills up is 0, not the zero: the zeros of a group's own inputs are taken off a product, no others.
  std::fill_n(values + form_.inputs, RoundUp(form_.inputs, kFour) - form_.inputs, std::uint8_t{0});
  if (form_.is_signed) SetStarts(m);
}

void IntegerRows::SetStarts(std::int64_t m) const {
  const auto* values = reinterpret_cast<const std::int8_t*>(values_ + m * form_.stride);
  std::int32_t* starts = starts_ + m * form_.groups;
  for (std::int64_t begin = 0; begin < form_.inputs; begin += form_.group) {
    const std::int64_t end = std::min(begin + form_.group, form_.inputs);
    *starts++ = -8 * std::accumulate(values + begin, values + end, std::int32_t{0});
  }
}

void IntegerRows::Arrange() const {
  const bool has_whole_fours = form_.groups == 1 || form_.group % kFour == 0;
  const bool skips = form_.may_skip && MayLeaveOut() && MarkKept() <= form_.inputs * kMostKept / 100;
  *is_listed_ = skips || !has_whole_fours ? 1 : 0;
  if (*is_listed_ == 0) {
    for (std::int64_t group = 0; group <= form_.groups; ++group) {
      first_places_[group] = static_cast<std::int32_t>(std::min(group * form_.group, RoundUp(form_.inputs, kFour)));
    }
    first_places_[form_.groups] = static_cast<std::int32_t>(RoundUp(form_.inputs, kFour));
    return;
  }
  if (!skips) std::fill_n(work_, form_.inputs, std::uint8_t{1});
  List();
  Compact();
}

bool IntegerRows::MayLeaveOut() const {
  return std::all_of(row_scales_, row_scales_ + rows_, [](const Row& row) { return row.uses_zero == 0; });
}

// Sets a byte of `work_` for every input that is not 0 in all rows; returns how many.
std::int64_t IntegerRows::MarkKept() const {
  std::copy_n(values_, form_.inputs, work_);
  for (std::int64_t m = 1; m < rows_; ++m) {
    std::transform(work_, work_ + form_.inputs, values_ + m * form_.stride, work_, std::bit_or<std::uint8_t>());
  }
  return form_.inputs - std::count(work_, work_ + form_.inputs, std::uint8_t{0});
}

void IntegerRows::List() const {
  std::int32_t* const list = list_;
  std::int64_t place = 0;
  for (std::int64_t group = 0; group < form_.groups; ++group) {
    first_places_[group] = static_cast<std::int32_t>(place);
    place += ListKept(work_, group * form_.group, std::min((group + 1) * form_.group, form_.inputs), list + place);
    while (place % kFour != 0) list[place++] = -1;
  }
  first_places_[form_.groups] = static_cast<std::int32_t>(place);
}

void IntegerRows::Compact() const {
  const std::int64_t count = places();
  for (std::int64_t m = 0; m < rows_; ++m) {
    std::uint8_t* values = values_ + m * form_.stride;
    std::copy_n(values, form_.inputs, work_);
    std::transform(list_, list_ + count, values,
                   [work = work_](std::int32_t input) { return input < 0 ? std::uint8_t{0} : work[input]; });
  }
  std::transform(list_, list_ + count, list_, [](std::int32_t input) { return std::max(input, 0); });
}

}  // namespace stepwell::kernels
#endif
