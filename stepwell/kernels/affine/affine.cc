#include "stepwell/kernels/affine/affine.h"

#include <cstdint>

#include "stepwell/base/error.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/affine/affine.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

// One row, whose last few elements are computed alone by the same arithmetic.
HWY_ATTR void AffineRow(const float* x, const Affine& affine, float* out) {
  const hn::CappedTag<float, 16> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto count = static_cast<std::int64_t>(affine.scale.size());
  const float* scale = affine.scale.data();
  const float* shift = affine.shift.data();
  const auto low = hn::Set(d, affine.low), high = hn::Set(d, affine.high);
  std::int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    const auto product = hn::Mul(hn::LoadU(d, x + at), hn::LoadU(d, scale + at));
    hn::StoreU(ClampLanes(d, hn::Add(product, hn::LoadU(d, shift + at)), low, high), d, out + at);
  }
  for (; at < count; ++at) {
    const float sum = x[at] * scale[at] + shift[at];
    out[at] = sum < affine.low ? affine.low : (sum > affine.high ? affine.high : sum);
  }
}

HWY_ATTR void AffineImpl(const float* x, std::int64_t rows, const Affine& affine, float* out) {
  const auto columns = static_cast<std::int64_t>(affine.scale.size());
  for (std::int64_t row = 0; row < rows; ++row) AffineRow(x + row * columns, affine, out + row * columns);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(AffineImpl);

}  // namespace

void ApplyAffine(std::span<const float> x, const Affine& affine, std::span<float> out, WorkerTeam& team) {
  // Below this many elements a second thread costs more than it saves.
  constexpr std::int64_t kLeastForTeam = 1 << 15;
  STEPWELL_CHECK(x.size() == out.size() && affine.scale.size() == affine.shift.size());
  if (x.empty()) return;
  STEPWELL_CHECK(x.size() % affine.scale.size() == 0);
  SettleIsa();
  const auto apply = HWY_DYNAMIC_DISPATCH(AffineImpl);
  const std::int64_t columns = std::ssize(affine.scale), rows = std::ssize(x) / columns;
  if (std::ssize(x) < kLeastForTeam) return apply(x.data(), rows, affine, out.data());
  team.Run([&](int member) {
    const Range part = PartOf(rows, 1, member, team.num_threads());
    apply(x.data() + part.begin * columns, part.end - part.begin, affine, out.data() + part.begin * columns);
  });
}

}  // namespace stepwell::kernels
#endif
