#include "stepwell/kernels/recurrent/gru_gates.h"

#include <algorithm>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/recurrent/gru_gates.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

// The old state, filled up with zeros to a whole block.
struct OldState {
  HWY_ALIGN float cells[kGruBlock] = {};

  explicit OldState(const GruBlock& block) { std::copy_n(block.old_state, block.cells, cells); }
};

HWY_INLINE V Clipped(const GruBlock& block, V sum) {
  if (block.clip == std::numeric_limits<float>::infinity()) return sum;
  return ClampLanes(D(), sum, hn::Set(D(), -block.clip), hn::Set(D(), block.clip));
}

HWY_INLINE V Gate(const GruBlock& block, const float* sums, int gate, std::int64_t lane) {
  const V sum = hn::Add(hn::Load(D(), sums + lane), hn::LoadU(D(), block.bias + gate * kGruBlock + lane));
  return SigmoidLanes(D(), Clipped(block, sum));
}

HWY_INLINE V Candidate(const GruBlock& block, std::int64_t lane) {
  const D d;
  V sum = hn::Add(hn::Load(d, block.candidate + lane), hn::LoadU(d, block.bias + 2 * kGruBlock + lane));
  if (block.product != nullptr) {
    V product = hn::Load(d, block.product + lane);
    if (block.product_bias != nullptr) product = hn::Add(product, hn::LoadU(d, block.product_bias + lane));
    sum = hn::MulAdd(hn::Load(d, block.reset + lane), product, sum);
  }
  return TanhLanes(d, Clipped(block, sum));
}

HWY_ATTR void OpenGruGatesImpl(const GruBlock& block) {
  const D d;
  const OldState old(block);
  HWY_ALIGN float reset_state[kGruBlock];
  for (std::int64_t lane = 0; lane < kGruBlock; lane += static_cast<std::int64_t>(hn::Lanes(d))) {
    hn::Store(Gate(block, block.update, 0, lane), d, block.update + lane);
    const V reset = Gate(block, block.reset, 1, lane);
    hn::Store(reset, d, block.reset + lane);
    hn::Store(hn::Mul(reset, hn::Load(d, old.cells + lane)), d, reset_state + lane);
  }
  if (block.reset_state != nullptr) std::copy_n(reset_state, block.cells, block.reset_state);
}

HWY_ATTR void MixGruStatesImpl(const GruBlock& block) {
  const D d;
  const OldState old(block);
  HWY_ALIGN float new_state[kGruBlock];
  for (std::int64_t lane = 0; lane < kGruBlock; lane += static_cast<std::int64_t>(hn::Lanes(d))) {
    const V update = hn::Load(d, block.update + lane);
    const V fresh = hn::Mul(hn::Sub(hn::Set(d, 1.0F), update), Candidate(block, lane));
    hn::Store(hn::MulAdd(update, hn::Load(d, old.cells + lane), fresh), d, new_state + lane);
  }
  std::copy_n(new_state, block.cells, block.new_state);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(OpenGruGatesImpl);
HWY_EXPORT(MixGruStatesImpl);

}  // namespace

void OpenGruGates(const GruBlock& block) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(OpenGruGatesImpl)(block);
}

void MixGruStates(const GruBlock& block) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(MixGruStatesImpl)(block);
}

}  // namespace stepwell::kernels
#endif
