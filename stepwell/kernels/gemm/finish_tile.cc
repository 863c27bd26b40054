#include <algorithm>

#include "stepwell/kernels/gemm/panel.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/finish_tile.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));

template <class Function>
HWY_ATTR void MapTile(float* tile, std::int64_t rows, Function function) {
  const D d;
  for (std::int64_t at = 0; at < rows * kPanelWidth; at += kLanes) {
    hn::Store(function(hn::Load(d, tile + at), at % kPanelWidth), d, tile + at);
  }
}

// The bias of one panel, filled up with zeros.
struct AddBias {
  HWY_ALIGN float bias[kPanelWidth] = {};

  AddBias(const float* values, std::int64_t columns) { std::copy_n(values, columns, bias); }
  HWY_ATTR V operator()(V sum, std::int64_t column) const { return hn::Add(sum, hn::Load(D(), bias + column)); }
};
struct ApplySigmoid {
  HWY_ATTR V operator()(V v, std::int64_t) const { return SigmoidLanes(D(), v); }
};
struct ApplyTanh {
  HWY_ATTR V operator()(V v, std::int64_t) const { return TanhLanes(D(), v); }
};
struct ApplyGeluErf {
  HWY_ATTR V operator()(V v, std::int64_t) const { return GeluErfLanes(D(), v); }
};
struct ApplyGeluTanh {
  HWY_ATTR V operator()(V v, std::int64_t) const { return GeluTanhLanes(D(), v); }
};
struct ApplyClamp {
  float low;
  float high;
  HWY_ATTR V operator()(V v, std::int64_t) const { return ClampLanes(D(), v, hn::Set(D(), low), hn::Set(D(), high)); }
};

HWY_ATTR void Activate(float* tile, std::int64_t rows, Epilogue::Activation activation) {
  switch (activation) {
    case Epilogue::Activation::kNone:
      return;
    case Epilogue::Activation::kSigmoid:
      return MapTile(tile, rows, ApplySigmoid());
    case Epilogue::Activation::kTanh:
      return MapTile(tile, rows, ApplyTanh());
    case Epilogue::Activation::kGeluErf:
      return MapTile(tile, rows, ApplyGeluErf());
    case Epilogue::Activation::kGeluTanh:
      return MapTile(tile, rows, ApplyGeluTanh());
  }
}

HWY_ATTR void FinishTileImpl(float* tile, std::int64_t rows, std::int64_t columns, const Epilogue& epilogue,
                             std::int64_t first_output) {
  if (!epilogue.bias.empty()) MapTile(tile, rows, AddBias(epilogue.bias.data() + first_output, columns));
  Activate(tile, rows, epilogue.activation);
  if (epilogue.has_bounds()) MapTile(tile, rows, ApplyClamp{epilogue.low, epilogue.high});
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(FinishTileImpl);

}  // namespace

void FinishTile(float* tile, std::int64_t rows, std::int64_t columns, const Epilogue& epilogue,
                std::int64_t first_output) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(FinishTileImpl)(tile, rows, columns, epilogue, first_output);
}

}  // namespace stepwell::kernels
#endif
