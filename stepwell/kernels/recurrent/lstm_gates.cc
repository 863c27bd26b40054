#include "stepwell/kernels/recurrent/lstm_gates.h"

#include <algorithm>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/recurrent/lstm_gates.cc"
#include "hwy/foreach_target.h"
//
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = hn::CappedTag<float, kLstmBlock>;
using V = hn::Vec<D>;

HWY_INLINE V Bounded(V v, float bound) {
  if (bound == std::numeric_limits<float>::infinity()) return v;
  return ClampLanes(D(), v, hn::Set(D(), -bound), hn::Set(D(), bound));
}

// The sum of gate 0..3 (i, g, f, o) with its bias.
HWY_INLINE V GateSum(const LstmBlock& block, int gate, std::int64_t lane) {
  const std::int64_t at = gate * kLstmBlock + lane;
  return Bounded(hn::Add(hn::Load(D(), block.sums + at), hn::LoadU(D(), block.bias + at)), block.gate_clip);
}

// The sum and what the cell adds to it through peephole 0..2 (i, f, o).
HWY_INLINE V WithPeephole(const LstmBlock& block, V sum, int peephole, V cell, std::int64_t lane) {
  if (block.peepholes == nullptr) return sum;
  return hn::MulAdd(hn::LoadU(D(), block.peepholes + peephole * kLstmBlock + lane), cell, sum);
}

HWY_ATTR void UpdateLanes(const LstmBlock& block, std::int64_t lane) {
  const D d;
  const V old_cell = hn::LoadU(d, block.old_cells + lane);
  const V input = SigmoidLanes(d, WithPeephole(block, GateSum(block, 0, lane), 0, old_cell, lane));
  const V candidate = TanhLanes(d, GateSum(block, 1, lane));
  const V forget = SigmoidLanes(d, WithPeephole(block, GateSum(block, 2, lane), 1, old_cell, lane));
  const V cell = Bounded(hn::MulAdd(forget, old_cell, hn::Mul(input, candidate)), block.cell_clip);
  const V output = SigmoidLanes(d, WithPeephole(block, GateSum(block, 3, lane), 2, cell, lane));
  hn::StoreU(cell, d, block.new_cells + lane);
  hn::StoreU(hn::Mul(output, TanhLanes(d, cell)), d, block.outputs + lane);
}

HWY_ATTR void UpdateWholeBlock(const LstmBlock& block) {
  for (std::int64_t lane = 0; lane < kLstmBlock; lane += static_cast<std::int64_t>(hn::Lanes(D()))) {
    UpdateLanes(block, lane);
  }
}

HWY_ATTR void UpdateLstmBlockImpl(const LstmBlock& block) {
  if (block.cells == kLstmBlock) return UpdateWholeBlock(block);
  HWY_ALIGN float cells[kLstmBlock] = {};
  HWY_ALIGN float outputs[kLstmBlock];
  std::copy_n(block.old_cells, block.cells, cells);
  LstmBlock whole = block;
  whole.old_cells = cells;
  whole.new_cells = cells;
  whole.outputs = outputs;
  UpdateWholeBlock(whole);
  std::copy_n(cells, block.cells, block.new_cells);
  std::copy_n(outputs, block.cells, block.outputs);
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(UpdateLstmBlockImpl);

}  // namespace

void UpdateLstmBlock(const LstmBlock& block) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(UpdateLstmBlockImpl)(block);
}

}  // namespace stepwell::kernels
#endif
