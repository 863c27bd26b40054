#include "stepwell/kernels/gemm/panel.h"

#include <algorithm>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/panel.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "stepwell/kernels/activation/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
// 32 registers hold 6 rows of a whole panel; 16 registers hold 6 rows of two vectors.
constexpr int kMostRows = 6;
constexpr int kVectorsOfOneRow = std::min(8, static_cast<int>(kPanelWidth) / kLanes);
constexpr int kVectorsOfManyRows = kLanes == 16 ? 4 : 2;

// A part of a panel small enough to stay cached while all rows pass over it: the inputs [begin, end).
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

// Fetches the next stretch into the cache a little at a time, while this one is being worked on.
class Prefetcher {
 public:
  Prefetcher(const float* begin, std::int64_t lines, std::int64_t turns)
      : next_(begin), lines_(lines), lines_per_turn_((lines + turns - 1) / std::max<std::int64_t>(turns, 1)) {}

  HWY_INLINE void Turn() {
    const std::int64_t lines = std::min(lines_, lines_per_turn_);
    for (std::int64_t line = 0; line < lines; ++line) hwy::Prefetch(next_ + line * kLineElements);
    next_ += lines * kLineElements;
    lines_ -= lines;
  }

  static constexpr std::int64_t kLineElements = 16;

 private:
  const float* next_;
  std::int64_t lines_;
  std::int64_t lines_per_turn_;
};

constexpr std::int64_t kTurnInputs = 8;

// One or two rows by whole panels go through the weights as fast as memory gives them. They fetch 8 KB ahead, which is
// some 8 % faster than leaving it to the hardware (AMD Zen 5, one thread, 67 MB).
template <int kRows, int kVectors>
constexpr bool kIsStream = kRows <= 2 && kVectors* kLanes == kPanelWidth;
constexpr std::int64_t kStreamAhead = 2048;

HWY_INLINE void FetchPanelRow(const float* row) {
#pragma GCC unroll 4
  for (std::int64_t at = 0; at < kPanelWidth; at += Prefetcher::kLineElements) hwy::Prefetch(row + at);
}

// All inputs of a stretch, one after the other.
class AllInputs {
 public:
  AllInputs(const PanelProduct& product, Stretch stretch, Prefetcher& prefetcher)
      : product_(product), stretch_(stretch), prefetcher_(prefetcher) {}

  template <bool kStream, class Add>
  HWY_INLINE void ForEach(std::int64_t column, Add add) {
    const float* HWY_RESTRICT b = product_.panel + stretch_.begin * product_.panel_stride + column;
    for (std::int64_t begin = stretch_.begin; begin < stretch_.end; begin += kTurnInputs) {
      prefetcher_.Turn();
      const std::int64_t end = std::min(begin + kTurnInputs, stretch_.end);
      for (std::int64_t k = begin; k < end; ++k, b += product_.panel_stride) {
        if constexpr (kStream) FetchPanelRow(b + kStreamAhead);
        add(k, b);
      }
    }
  }

 private:
  const PanelProduct& product_;
  const Stretch stretch_;
  Prefetcher& prefetcher_;
};

// Those of a list: the stretch counts places in it. Every strip fetches ahead, since the hardware cannot guess.
class ListedInputs {
 public:
  ListedInputs(const PanelProduct& product, Stretch places)
      : product_(product),
        list_(product.kept->indices().data()),
        count_(AsInt(product.kept->indices().size())),
        places_(places) {}

  template <bool kStream, class Add>
  HWY_INLINE void ForEach(std::int64_t column, Add add) {
    for (std::int64_t place = places_.begin; place < places_.end; ++place) {
      const float* ahead = RowAt(place + kRowsAhead);
      if (ahead != nullptr) FetchPanelRow(ahead);
      add(list_[place], product_.panel + list_[place] * product_.panel_stride + column);
    }
  }

 private:
  static constexpr std::int64_t kRowsAhead = 24;

  static std::int64_t AsInt(std::size_t count) { return static_cast<std::int64_t>(count); }
  // Past the end of the list: the beginning of the next panel's.
  HWY_INLINE const float* RowAt(std::int64_t place) const {
    if (place < count_) return product_.panel + list_[place] * product_.panel_stride;
    if (product_.next_panel == nullptr || place - count_ >= count_) return nullptr;
    return product_.next_panel + list_[place - count_] * product_.panel_stride;
  }

  const PanelProduct& product_;
  const std::int32_t* list_;
  const std::int64_t count_;
  const Stretch places_;
};

// Rows [row, row + kRows) by kVectors vectors of columns from `column` on.
template <int kRows, int kVectors, class Inputs>
HWY_ATTR void AddStrip(const PanelProduct& product, Inputs& inputs, std::int64_t row, std::int64_t column) {
  const D d;
  const float* HWY_RESTRICT a[kRows];
  V sum[kRows][kVectors];
  float* tile = product.tile + row * kPanelWidth + column;
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
    a[m] = product.a[row + m];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sum[m][v] = hn::Zero(d);
  }
  inputs.template ForEach<kIsStream<kRows, kVectors>>(column, [&](std::int64_t k, const float* b) HWY_ATTR {
    V weights[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) weights[v] = hn::LoadU(d, b + v * kLanes);
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
      const V x = hn::Set(d, a[m][k]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[m][v] = hn::MulAdd(x, weights[v], sum[m][v]);
    }
  });
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      float* at = tile + m * kPanelWidth + v * kLanes;
      hn::Store(hn::Add(hn::Load(d, at), sum[m][v]), d, at);
    }
  }
}

template <int kRows, class Inputs>
HWY_ATTR void AddRows(const PanelProduct& product, Inputs& inputs, std::int64_t row) {
  constexpr int kVectors = kRows == 1 ? kVectorsOfOneRow : kVectorsOfManyRows;
  for (std::int64_t column = 0; column < kPanelWidth; column += kVectors * kLanes) {
    AddStrip<kRows, kVectors>(product, inputs, row, column);
  }
}

// By number of rows.
template <class Inputs>
using AddRowsFunction = void (*)(const PanelProduct&, Inputs&, std::int64_t);
template <class Inputs>
constexpr AddRowsFunction<Inputs> kAddRows[kMostRows + 1] = {nullptr,
                                                             AddRows<1, Inputs>,
                                                             AddRows<2, Inputs>,
                                                             AddRows<3, Inputs>,
                                                             AddRows<4, Inputs>,
                                                             AddRows<5, Inputs>,
                                                             AddRows<6, Inputs>};

template <class Inputs>
HWY_ATTR void AddStretch(const PanelProduct& product, Inputs inputs) {
  const std::int64_t blocks = (product.rows + kMostRows - 1) / kMostRows;
  std::int64_t row = 0;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t rows = (product.rows - row + blocks - block - 1) / (blocks - block);
    kAddRows<Inputs>[rows](product, inputs, row);
    row += rows;
  }
}

// How often AddStretch passes over a stretch.
std::int64_t PassesFor(std::int64_t rows) {
  const int vectors = rows == 1 ? kVectorsOfOneRow : kVectorsOfManyRows;
  return (rows + kMostRows - 1) / kMostRows * (kPanelWidth / (vectors * kLanes));
}

// What to fetch while the stretch is worked on: the one after it.
HWY_ATTR Prefetcher PrefetcherFor(const PanelProduct& product, Stretch stretch) {
  const bool last = stretch.end == product.inputs;
  const float* next = last ? product.next_panel : product.panel + stretch.end * product.panel_stride;
  if (product.rows <= 2 && PassesFor(product.rows) == 1) return {nullptr, 0, 1};  // a stream, which fetches by itself
  if (next == nullptr || product.panel_stride != kPanelWidth) return {nullptr, 0, 1};
  const std::int64_t inputs = last ? product.inputs : product.inputs - stretch.end;
  const std::int64_t lines = std::min(inputs, kChainInputs) * kPanelWidth / Prefetcher::kLineElements;
  const std::int64_t turns = (stretch.end - stretch.begin + kTurnInputs - 1) / kTurnInputs;
  return {next, lines, turns * PassesFor(product.rows)};
}

// A chain with no input to add leaves the tile as it is.
HWY_ATTR void AddKept(const PanelProduct& product) {
  const std::span<const std::int32_t> list = product.kept->indices();
  std::size_t begin = 0;
  while (begin < list.size()) {
    const std::int64_t chain_end = (list[begin] / kChainInputs + 1) * kChainInputs;
    std::size_t end = begin + 1;
    while (end < list.size() && list[end] < chain_end) ++end;
    AddStretch(product, ListedInputs(product, {static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)}));
    begin = end;
  }
}

HWY_ATTR void AddPanelProductImpl(const PanelProduct& product) {
  if (product.kept != nullptr) return AddKept(product);
  for (std::int64_t begin = 0; begin < product.inputs; begin += kChainInputs) {
    const Stretch stretch{begin, std::min(begin + kChainInputs, product.inputs)};
    Prefetcher prefetcher = PrefetcherFor(product, stretch);
    AddStretch(product, AllInputs(product, stretch, prefetcher));
  }
}

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

HWY_EXPORT(AddPanelProductImpl);
HWY_EXPORT(FinishTileImpl);

}  // namespace

void AddPanelProduct(const PanelProduct& product) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(AddPanelProductImpl)(product);
}

void FinishTile(float* tile, std::int64_t rows, std::int64_t columns, const Epilogue& epilogue,
                std::int64_t first_output) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(FinishTileImpl)(tile, rows, columns, epilogue, first_output);
}

}  // namespace stepwell::kernels
#endif
