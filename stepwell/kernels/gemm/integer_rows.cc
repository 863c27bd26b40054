#include "stepwell/kernels/gemm/integer_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

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

std::int64_t RoundUp(std::int64_t value, std::int64_t step) { return (value + step - 1) / step * step; }

std::int64_t GroupOf(const PackedMatrix& weights) {
  return std::max<std::int64_t>(1, std::min(weights.inputs(), weights.inputs_per_scale()));
}
std::int64_t GroupsOf(const PackedMatrix& weights) {
  return (weights.inputs() + GroupOf(weights) - 1) / GroupOf(weights);
}
// Each group may need three places more. Rows an odd number of lines apart do not compete for the same cache sets.
std::int64_t StrideOf(const PackedMatrix& weights) {
  return RoundUp(weights.inputs() + 3 * GroupsOf(weights), 2 * kLine) + kLine;
}

// Hands out consecutive parts of the scratch memory, whole lines each.
class Parts {
 public:
  explicit Parts(std::byte* memory) : memory_(memory) {}
  template <class T>
  T* Take(std::int64_t count) {
    T* part = reinterpret_cast<T*>(memory_ + used_);
    used_ += RoundUp(count * static_cast<std::int64_t>(sizeof(T)), kLine);
    return part;
  }
  std::int64_t used() const { return used_; }

 private:
  std::byte* memory_;
  std::int64_t used_ = 0;
};

}  // namespace

std::size_t IntegerRows::ScratchBytes(const PackedMatrix& weights, std::int64_t rows) {
  const std::int64_t stride = StrideOf(weights), groups = GroupsOf(weights);
  Parts parts(nullptr);
  parts.Take<std::uint8_t>(rows * stride);
  parts.Take<std::uint8_t>(stride);
  parts.Take<std::int32_t>(stride);
  parts.Take<std::int32_t>(groups + 1);
  parts.Take<std::int32_t>(rows * groups);
  parts.Take<Row>(rows);
  parts.Take<std::int32_t>(1);
  return AsSize(parts.used());
}

IntegerRows::IntegerRows(const PackedMatrix& weights, std::int64_t rows, std::span<std::byte> scratch)
    : rows_(rows),
      count_(weights.inputs()),
      group_(GroupOf(weights)),
      groups_(GroupsOf(weights)),
      stride_(StrideOf(weights)),
      signed_(weights.dtype() == DType::kI4),
      may_skip_(weights.layout() == PanelLayout::kTurnable) {
  STEPWELL_CHECK(rows <= kMostTileRows && scratch.size() >= ScratchBytes(weights, rows));
  Parts parts(scratch.data());
  values_ = parts.Take<std::uint8_t>(rows * stride_);
  work_ = parts.Take<std::uint8_t>(stride_);
  inputs_ = parts.Take<std::int32_t>(stride_);
  first_places_ = parts.Take<std::int32_t>(groups_ + 1);
  starts_ = parts.Take<std::int32_t>(rows * groups_);
  row_scales_ = parts.Take<Row>(rows);
  is_listed_ = parts.Take<std::int32_t>(1);
}

void IntegerRows::Set(std::int64_t m, const float* row) const {
  SettleIsa();
  const RowRange range = HWY_DYNAMIC_DISPATCH(RangeOfRowImpl)(row, count_);
  const float largest = std::bit_cast<float>(range.largest_bits);
  const bool uses_zero = !signed_ && range.has_negative;
  const float steps = signed_ || uses_zero ? 127 : 255;
  // Subnormal magnitudes have no finite inverse; they are as good as zero.
  const float inverse = largest >= std::numeric_limits<float>::min() * 256 ? steps / largest : 0;
  std::uint8_t* values = values_ + m * stride_;
  row_scales_[m] = {.scale = largest / steps, .uses_zero = uses_zero ? -1 : 0};
  if (range.largest_bits < 0x7F800000) {
    HWY_DYNAMIC_DISPATCH(RoundRowImpl)(row, count_, inverse, uses_zero ? kIntegerZero : 0, values);
  } else {
    row_scales_[m].scale = std::numeric_limits<float>::quiet_NaN();
    std::fill_n(values, count_, std::uint8_t{0});
  }
  // What fills up is 0, not the zero: the zeros of a group's own inputs are taken off a product, no others.
  std::fill_n(values + count_, RoundUp(count_, kFour) - count_, std::uint8_t{0});
  if (signed_) SetStarts(m);
}

void IntegerRows::SetStarts(std::int64_t m) const {
  const auto* values = reinterpret_cast<const std::int8_t*>(values_ + m * stride_);
  std::int32_t* starts = starts_ + m * groups_;
  for (std::int64_t group = 0; group < groups_; ++group) {
    std::int32_t sum = 0;
    const std::int64_t end = std::min((group + 1) * group_, count_);
    for (std::int64_t k = group * group_; k < end; ++k) sum += values[k];
    starts[group] = -8 * sum;
  }
}

void IntegerRows::Arrange() const {
  const bool has_whole_fours = groups_ == 1 || group_ % kFour == 0;
  const bool skips = may_skip_ && MayLeaveOut() && MarkKept() < count_ - count_ / 8;
  *is_listed_ = skips || !has_whole_fours ? 1 : 0;
  if (*is_listed_ == 0) {
    for (std::int64_t group = 0; group <= groups_; ++group) {
      first_places_[group] = static_cast<std::int32_t>(std::min(group * group_, RoundUp(count_, kFour)));
    }
    first_places_[groups_] = static_cast<std::int32_t>(RoundUp(count_, kFour));
    return;
  }
  if (!skips) std::fill_n(work_, count_, std::uint8_t{1});
  List();
  Compact();
}

bool IntegerRows::MayLeaveOut() const {
  return std::all_of(row_scales_, row_scales_ + rows_, [](const Row& row) { return row.uses_zero == 0; });
}

// Sets a byte of `work_` for every input that is not 0 in all rows; returns how many.
std::int64_t IntegerRows::MarkKept() const {
  std::copy_n(values_, count_, work_);
  for (std::int64_t m = 1; m < rows_; ++m) {
    const std::uint8_t* values = values_ + m * stride_;
    for (std::int64_t k = 0; k < count_; ++k) work_[k] |= values[k];
  }
  return count_ - std::count(work_, work_ + count_, std::uint8_t{0});
}

void IntegerRows::List() const {
  std::int64_t place = 0;
  for (std::int64_t group = 0; group < groups_; ++group) {
    first_places_[group] = static_cast<std::int32_t>(place);
    const std::int64_t end = std::min((group + 1) * group_, count_);
    for (std::int64_t k = group * group_; k < end; ++k) {
      inputs_[place] = static_cast<std::int32_t>(k);
      place += work_[k] != 0 ? 1 : 0;
    }
    while (place % kFour != 0) inputs_[place++] = -1;
  }
  first_places_[groups_] = static_cast<std::int32_t>(place);
}

void IntegerRows::Compact() const {
  const std::int64_t count = places();
  for (std::int64_t m = 0; m < rows_; ++m) {
    std::uint8_t* values = values_ + m * stride_;
    std::copy_n(values, count_, work_);
    for (std::int64_t place = 0; place < count; ++place) {
      values[place] = inputs_[place] < 0 ? std::uint8_t{0} : work_[inputs_[place]];
    }
  }
  for (std::int64_t place = 0; place < count; ++place) inputs_[place] = std::max(inputs_[place], 0);
}

}  // namespace stepwell::kernels
#endif
