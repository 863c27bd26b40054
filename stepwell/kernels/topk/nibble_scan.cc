#include "stepwell/kernels/topk/nibble_scan.h"

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/topk/nibble_scan.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DI = hn::CappedTag<std::int32_t, 16>;
using DF = hn::RebindToFloat<DI>;
using VI = hn::Vec<DI>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(DI()));

// 2 u m for the codes that stand kShift bits up in each unit.
template <int kShift>
HWY_INLINE VI Product(VI units, std::int32_t m) {
  const DI d;
  const VI code = hn::And(hn::ShiftRight<kShift>(units), hn::Set(d, 0xF));
  return hn::Mul(hn::Add(code, code), hn::Set(d, m));
}

// Of one unit of each row: the inputs m[0] to m[3] and m[16] to m[19].
HWY_INLINE VI UnitProduct(VI units, const std::int32_t* m) {
  const VI first = hn::Add(Product<0>(units, m[0]), Product<8>(units, m[1]));
  const VI second = hn::Add(Product<16>(units, m[2]), Product<24>(units, m[3]));
  const VI third = hn::Add(Product<4>(units, m[16]), Product<12>(units, m[17]));
  const VI fourth = hn::Add(Product<20>(units, m[18]), Product<28>(units, m[19]));
  return hn::Add(hn::Add(first, second), hn::Add(third, fourth));
}

// kLanes rows of a panel, from `row` on.
HWY_ATTR void ScanRows(const std::byte* panel, const RoundedActivation& activation, std::int64_t row, float* sums) {
  const DI d;
  const DF f;
  const std::byte* multipliers = panel + NibblePanel::CodeBytes(activation.groups()) + row;
  auto sum = hn::Zero(f);
  for (std::int64_t group = 0; group < activation.groups(); ++group) {
    const std::byte* line = panel + group * NibblePanel::kGroupBytes + row * NibblePanel::kUnitBytes;
    const std::int32_t* m = activation.whole() + group * NibblePanel::kGroup;
    VI inner = hn::Set(d, activation.whole_sums()[group]);
    for (std::int64_t unit = 0; unit < NibblePanel::kUnits; ++unit) {
      const auto units = hn::LoadU(d, reinterpret_cast<const std::int32_t*>(line + unit * NibblePanel::kLineBytes));
      inner = hn::Add(inner, UnitProduct(units, m + unit * NibblePanel::kUnitBytes));
    }
    const auto* at = reinterpret_cast<const std::uint8_t*>(multipliers + group * NibblePanel::kRows);
    const auto multiplier = hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::uint8_t, DI>(), at));
    sum = hn::MulAdd(hn::ConvertTo(f, inner), hn::ConvertTo(f, multiplier), sum);
  }
  hn::StoreU(sum, f, sums + row);
}

HWY_ATTR void ScanNibblesImpl(const std::byte* panels, std::int64_t count, const RoundedActivation& activation,
                              float* sums) {
  const std::int64_t bytes = NibblePanel::Bytes(activation.groups());
  for (std::int64_t panel = 0; panel < count; ++panel) {
    for (std::int64_t row = 0; row < NibblePanel::kRows; row += kLanes) {
      ScanRows(panels + panel * bytes, activation, row, sums + panel * NibblePanel::kRows);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(ScanNibblesImpl);

}  // namespace

void ScanNibbles(const std::byte* panels, std::int64_t count, const RoundedActivation& activation, float* sums) {
  SettleIsa();
  static const bool has_vnni = kScanNibblesVnni != nullptr && MachineFeatures().avx512_vnni;
  if (has_vnni && CurrentIsa() == Isa::kAvx512) return kScanNibblesVnni(panels, count, activation, sums);
  if (kScanNibblesAvx2 != nullptr && CurrentIsa() >= Isa::kAvx2) {
    return kScanNibblesAvx2(panels, count, activation, sums);
  }
  HWY_DYNAMIC_DISPATCH(ScanNibblesImpl)(panels, count, activation, sums);
}

}  // namespace stepwell::kernels
#endif
