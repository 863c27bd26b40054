#include "stepwell/kernels/gemm/integer_panel.h"

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/integer_panel.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
// A vector of sums at a time would read the activations too often, all of a panel has too many registers on most.
constexpr int kVectors = static_cast<int>(std::min<std::int64_t>(4, kPanelWidth / kLanes));
// fp32 adds up so many products of 255 by 128 without rounding: integers below 2^24.
constexpr std::int64_t kExactPlaces = 512;

template <bool kNibbles>
HWY_INLINE V Weights(const std::byte* row, std::int64_t column) {
  constexpr std::int64_t kHalf = kPanelWidth / 2;
  const hn::RebindToSigned<D> wide;
  const hn::Rebind<std::int8_t, D> narrow;
  const auto* at = reinterpret_cast<const std::int8_t*>(row) + (kNibbles ? column % kHalf : column);
  const auto bytes = hn::PromoteTo(wide, hn::LoadU(narrow, at));
  if constexpr (!kNibbles) return hn::ConvertTo(D(), bytes);
  return hn::ConvertTo(D(), column < kHalf ? hn::ShiftRight<28>(hn::ShiftLeft<28>(bytes)) : hn::ShiftRight<4>(bytes));
}

// The places [begin, end), few enough to be exact, for one row and kVectors vectors of outputs.
template <bool kNibbles>
HWY_ATTR void AddPlaces(const IntegerPanelProduct& product, std::int64_t row, std::int64_t begin, std::int64_t end,
                        std::int64_t column, std::int32_t* sums) {
  const D d;
  const std::uint8_t* values = product.a->values(row);
  const std::int32_t* inputs = product.a->inputs();
  V sum[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) sum[v] = hn::Zero(d);
  for (std::int64_t place = begin; place < end; ++place) {
    const std::byte* weights = product.panel.Row(inputs[place]);
    const V x = hn::Set(d, static_cast<float>(values[place]));
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sum[v] = hn::MulAdd(x, Weights<kNibbles>(weights, column + v * kLanes), sum[v]);
    }
  }
  const hn::RebindToSigned<D> integers;
  for (int v = 0; v < kVectors; ++v) {
    std::int32_t* to = sums + v * kLanes;
    hn::StoreU(hn::Add(hn::LoadU(integers, to), hn::ConvertTo(integers, sum[v])), integers, to);
  }
}

template <bool kNibbles>
HWY_ATTR void AddRow(const IntegerPanelProduct& product, std::int64_t group, std::int64_t row, std::int32_t* sums) {
  const std::int64_t group_end = product.a->PlaceOf(group + 1);
  for (std::int64_t begin = product.a->PlaceOf(group); begin < group_end; begin += kExactPlaces) {
    const std::int64_t end = std::min(begin + kExactPlaces, group_end);
    for (std::int64_t column = 0; column < kPanelWidth; column += kVectors * kLanes) {
      AddPlaces<kNibbles>(product, row, begin, end, column, sums + column);
    }
  }
}

HWY_ATTR void AddGroupImpl(const IntegerPanelProduct& product, std::int64_t group, std::int64_t first_row,
                           std::int64_t rows, std::int32_t* sums) {
  std::fill_n(sums, rows * kPanelWidth, 0);
  for (std::int64_t m = 0; m < rows; ++m) {
    if (product.panel.dtype == DType::kI4) {
      AddRow<true>(product, group, first_row + m, sums + m * kPanelWidth);
    } else {
      AddRow<false>(product, group, first_row + m, sums + m * kPanelWidth);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(AddGroupImpl);

void AddGroup(const IntegerPanelProduct& product, std::int64_t group, std::int64_t first_row, std::int64_t rows,
              std::int32_t* sums) {
  static const bool has_vnni = kAddIntegerGroupVnni != nullptr && MachineFeatures().avx512_vnni;
  if (has_vnni && CurrentIsa() == Isa::kAvx512) {
    return kAddIntegerGroupVnni(product, group, first_row, rows, sums);
  }
  HWY_DYNAMIC_DISPATCH(AddGroupImpl)(product, group, first_row, rows, sums);
}

// Adds the sums of one row and one group to the tile.
void Finish(const IntegerPanelProduct& product, std::int64_t group, IntegerRows::Row row, const std::int32_t* sums,
            float* tile) {
  const std::int32_t* column_sums = product.panel.column_sums + group * kPanelWidth;
  const float* scales = product.panel.scales + group * kPanelWidth;
  for (std::int64_t n = 0; n < kPanelWidth; ++n) {
    tile[n] += static_cast<float>(sums[n] - row.zero * column_sums[n]) * (scales[n] * row.scale);
  }
}

}  // namespace

void AddIntegerPanelProduct(const IntegerPanelProduct& product) {
  STEPWELL_CHECK(product.panel.scales != nullptr && product.panel.column_sums != nullptr);
  SettleIsa();
  alignas(64) std::int32_t sums[kIntegerRows * kPanelWidth];
  const IntegerRows& a = *product.a;
  for (std::int64_t first = 0; first < a.rows(); first += kIntegerRows) {
    const std::int64_t rows = std::min(kIntegerRows, a.rows() - first);
    for (std::int64_t group = 0; group < a.groups(); ++group) {
      AddGroup(product, group, first, rows, sums);
      for (std::int64_t m = 0; m < rows; ++m) {
        Finish(product, group, a.row(first + m), sums + m * kPanelWidth, product.tile + (first + m) * kPanelWidth);
      }
    }
  }
}

}  // namespace stepwell::kernels
#endif
