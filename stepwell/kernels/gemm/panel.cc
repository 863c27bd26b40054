#include "stepwell/kernels/gemm/panel.h"

#include <algorithm>

#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/panel.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
// 32 registers hold 6 rows of a whole panel; 16 registers hold 6 rows of two vectors.
constexpr int kMostRows = 6;
constexpr int kVectorsOfOneRow = std::min(8, static_cast<int>(kPanelWidth) / kLanes);
constexpr int kVectorsOfManyRows = kLanes == 16 ? 4 : 2;

// A part of a panel small enough to stay cached while all rows pass over it: the inputs [begin, end) of one chain.
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

constexpr std::int64_t kLineBytes = 64;

// Fetches the next stretch into the cache a little at a time, while this one is being worked on.
class Prefetcher {
 public:
  Prefetcher(const std::byte* begin, std::int64_t lines, std::int64_t turns)
      : next_(begin), lines_(lines), lines_per_turn_((lines + turns - 1) / std::max<std::int64_t>(turns, 1)) {}

  HWY_INLINE void Turn() {
    const std::int64_t lines = std::min(lines_, lines_per_turn_);
    for (std::int64_t line = 0; line < lines; ++line) hwy::Prefetch(next_ + line * kLineBytes);
    next_ += lines * kLineBytes;
    lines_ -= lines;
  }

 private:
  const std::byte* next_;
  std::int64_t lines_;
  std::int64_t lines_per_turn_;
};

constexpr std::int64_t kTurnInputs = 8;

// One or two rows by whole panels go through the weights as fast as memory gives them. They fetch 8 KB ahead, which is
// some 8 % faster than leaving it to the hardware (AMD Zen 5, one thread, 67 MB).
template <int kRows, int kVectors>
constexpr bool kIsStream = kRows <= 2 && kVectors* kLanes == kPanelWidth;
constexpr std::int64_t kStreamAheadBytes = 8192;

// How weights of an element type become floats: those of the outputs [column, column + kLanes) of one row of a panel.
struct F32Weights {
  static constexpr std::int64_t kBits = 32;
  static HWY_INLINE V Load(D d, const std::byte* row, std::int64_t column) {
    return hn::LoadU(d, reinterpret_cast<const float*>(row) + column);
  }
};
struct Bf16Weights {
  static constexpr std::int64_t kBits = 16;
  static HWY_INLINE V Load(D d, const std::byte* row, std::int64_t column) {
    const hn::Rebind<std::uint16_t, D> half;
    const hn::RebindToUnsigned<D> bits;
    const auto high = hn::LoadU(half, reinterpret_cast<const std::uint16_t*>(row) + column);
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(bits, high)));
  }
};
struct I8Weights {
  static constexpr std::int64_t kBits = 8;
  static HWY_INLINE V Load(D d, const std::byte* row, std::int64_t column) {
    const auto bytes = hn::LoadU(hn::Rebind<std::int8_t, D>(), reinterpret_cast<const std::int8_t*>(row) + column);
    return hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<D>(), bytes));
  }
};
// A byte holds the outputs n (low) and n + kPanelWidth / 2 (high).
struct I4Weights {
  static constexpr std::int64_t kBits = 4;
  static HWY_INLINE V Load(D d, const std::byte* row, std::int64_t column) {
    constexpr std::int64_t kHalf = kPanelWidth / 2;
    const auto* at = reinterpret_cast<const std::int8_t*>(row) + column % kHalf;
    const auto pair = hn::PromoteTo(hn::RebindToSigned<D>(), hn::LoadU(hn::Rebind<std::int8_t, D>(), at));
    return hn::ConvertTo(d, column < kHalf ? hn::ShiftRight<28>(hn::ShiftLeft<28>(pair)) : hn::ShiftRight<4>(pair));
  }
};

template <class Weights>
constexpr std::int64_t kRowBytes = kPanelWidth* Weights::kBits / 8;

template <class Weights>
HWY_INLINE void FetchPanelRow(const std::byte* row) {
#pragma GCC unroll 4
  for (std::int64_t at = 0; at < kRowBytes<Weights>; at += kLineBytes) hwy::Prefetch(row + at);
}

// All inputs of a stretch, one after the other.
template <class W>
class AllInputs {
 public:
  using Weights = W;

  AllInputs(const PanelProduct& product, Stretch stretch, Prefetcher& prefetcher)
      : product_(product), stretch_(stretch), prefetcher_(prefetcher) {}

  template <bool kStream, class Add>
  HWY_INLINE void ForEach(Add add) {
    const std::byte* HWY_RESTRICT row = product_.panel.Row(stretch_.begin);
    for (std::int64_t begin = stretch_.begin; begin < stretch_.end; begin += kTurnInputs) {
      prefetcher_.Turn();
      const std::int64_t end = std::min(begin + kTurnInputs, stretch_.end);
      for (std::int64_t k = begin; k < end; ++k, row += product_.panel.row_bytes) {
        if constexpr (kStream) FetchPanelRow<Weights>(row + kStreamAheadBytes);
        add(k, row);
      }
    }
  }

 private:
  const PanelProduct& product_;
  const Stretch stretch_;
  Prefetcher& prefetcher_;
};

// Those of a list: the stretch counts places in it. Every strip fetches ahead, since the hardware cannot guess.
template <class W>
class ListedInputs {
 public:
  using Weights = W;

  ListedInputs(const PanelProduct& product, Stretch places)
      : product_(product),
        list_(product.kept->indices().data()),
        count_(std::ssize(product.kept->indices())),
        places_(places) {}

  template <bool kStream, class Add>
  HWY_INLINE void ForEach(Add add) {
    for (std::int64_t place = places_.begin; place < places_.end; ++place) {
      const std::byte* ahead = RowAt(place + kRowsAhead);
      if (ahead != nullptr) FetchPanelRow<Weights>(ahead);
      add(list_[place], product_.panel.Row(list_[place]));
    }
  }

 private:
  static constexpr std::int64_t kRowsAhead = 24;

  // Past the end of the list: the beginning of the next panel's.
  HWY_INLINE const std::byte* RowAt(std::int64_t place) const {
    if (place < count_) return product_.panel.Row(list_[place]);
    if (product_.next_panel == nullptr || place - count_ >= count_) return nullptr;
    return product_.next_panel + list_[place - count_] * product_.panel.row_bytes;
  }

  const PanelProduct& product_;
  const std::int32_t* list_;
  const std::int64_t count_;
  const Stretch places_;
};

// tile[column...] += sum, times the outputs' scales where there are any.
HWY_INLINE void AddToTile(V sum, const float* scales, float* tile) {
  const D d;
  const V before = hn::Load(d, tile);
  hn::Store(scales == nullptr ? hn::Add(before, sum) : hn::MulAdd(sum, hn::LoadU(d, scales), before), d, tile);
}

// Rows [row, row + kRows) by kVectors vectors of columns from `column` on; scales are the chain's, or null.
template <int kRows, int kVectors, class Inputs>
HWY_ATTR void AddStrip(const PanelProduct& product, Inputs& inputs, const float* scales, std::int64_t row,
                       std::int64_t column) {
  const D d;
  const float* HWY_RESTRICT a[kRows];
  V sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
    a[m] = product.a[row + m];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sum[m][v] = hn::Zero(d);
  }
  inputs.template ForEach<kIsStream<kRows, kVectors>>([&](std::int64_t k, const std::byte* weight_row) HWY_ATTR {
    V weights[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) weights[v] = Inputs::Weights::Load(d, weight_row, column + v * kLanes);
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
      const std::int64_t at = column + v * kLanes;
      AddToTile(sum[m][v], scales == nullptr ? nullptr : scales + at, product.tile + (row + m) * kPanelWidth + at);
    }
  }
}

template <int kRows, class Inputs>
HWY_ATTR void AddRows(const PanelProduct& product, Inputs& inputs, const float* scales, std::int64_t row) {
  constexpr int kVectors = kRows == 1 ? kVectorsOfOneRow : kVectorsOfManyRows;
  for (std::int64_t column = 0; column < kPanelWidth; column += kVectors * kLanes) {
    AddStrip<kRows, kVectors>(product, inputs, scales, row, column);
  }
}

// By number of rows.
template <class Inputs>
using AddRowsFunction = void (*)(const PanelProduct&, Inputs&, const float*, std::int64_t);
template <class Inputs>
constexpr AddRowsFunction<Inputs> kAddRows[kMostRows + 1] = {nullptr,
                                                             AddRows<1, Inputs>,
                                                             AddRows<2, Inputs>,
                                                             AddRows<3, Inputs>,
                                                             AddRows<4, Inputs>,
                                                             AddRows<5, Inputs>,
                                                             AddRows<6, Inputs>};

template <class Inputs>
HWY_ATTR void AddStretch(const PanelProduct& product, Inputs inputs, const float* scales) {
  const std::int64_t blocks = (product.rows + kMostRows - 1) / kMostRows;
  std::int64_t row = 0;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t rows = (product.rows - row + blocks - block - 1) / (blocks - block);
    kAddRows<Inputs>[rows](product, inputs, scales, row);
    row += rows;
  }
}

// How often AddStretch passes over a stretch.
std::int64_t PassesFor(std::int64_t rows) {
  const int vectors = rows == 1 ? kVectorsOfOneRow : kVectorsOfManyRows;
  return (rows + kMostRows - 1) / kMostRows * (kPanelWidth / (vectors * kLanes));
}

// What to fetch while the stretch is worked on: the one after it.
template <class Weights>
HWY_ATTR Prefetcher PrefetcherFor(const PanelProduct& product, Stretch stretch) {
  const bool last = stretch.end == product.inputs;
  const std::byte* next = last ? product.next_panel : product.panel.Row(stretch.end);
  if (product.rows <= 2 && PassesFor(product.rows) == 1) return {nullptr, 0, 1};  // a stream, which fetches by itself
  if (next == nullptr || product.panel.row_bytes != kRowBytes<Weights>) return {nullptr, 0, 1};
  const std::int64_t inputs = last ? product.inputs : product.inputs - stretch.end;
  const std::int64_t lines = std::min(inputs, kChainInputs) * kRowBytes<Weights> / kLineBytes;
  const std::int64_t turns = (stretch.end - stretch.begin + kTurnInputs - 1) / kTurnInputs;
  return {next, lines, turns * PassesFor(product.rows)};
}

// Where the chain ends that holds an input: chains begin anew with every scale.
std::int64_t ChainEnd(const PanelProduct& product, std::int64_t input) {
  const std::int64_t group = product.panel.scales == nullptr ? product.inputs : product.panel.inputs_per_scale;
  const std::int64_t group_begin = input / group * group;
  const std::int64_t chain_end = group_begin + ((input - group_begin) / kChainInputs + 1) * kChainInputs;
  return std::min({chain_end, group_begin + group, product.inputs});
}

const float* ScalesFor(const PanelWeights& panel, std::int64_t input) {
  return panel.scales == nullptr ? nullptr : panel.scales + input / panel.inputs_per_scale * kPanelWidth;
}

// A chain with no input to add leaves the tile as it is.
template <class Weights>
HWY_ATTR void AddKept(const PanelProduct& product) {
  const std::span<const std::int32_t> list = product.kept->indices();
  std::int64_t begin = 0;
  while (begin < std::ssize(list)) {
    const std::int64_t first = list[static_cast<std::size_t>(begin)];
    const auto chain_end = std::lower_bound(list.begin() + begin, list.end(), ChainEnd(product, first));
    const std::int64_t end = chain_end - list.begin();
    AddStretch(product, ListedInputs<Weights>(product, {begin, end}), ScalesFor(product.panel, first));
    begin = end;
  }
}

template <class Weights>
HWY_ATTR void AddPanel(const PanelProduct& product) {
  if (product.kept != nullptr) return AddKept<Weights>(product);
  std::int64_t end = 0;
  for (std::int64_t begin = 0; begin < product.inputs; begin = end) {
    end = ChainEnd(product, begin);
    Prefetcher prefetcher = PrefetcherFor<Weights>(product, {begin, end});
    AddStretch(product, AllInputs<Weights>(product, {begin, end}, prefetcher), ScalesFor(product.panel, begin));
  }
}

HWY_ATTR void AddPanelProductImpl(const PanelProduct& product) {
  switch (product.panel.dtype) {
    case DType::kBF16:
      return AddPanel<Bf16Weights>(product);
    case DType::kI8:
      return AddPanel<I8Weights>(product);
    case DType::kI4:
      return AddPanel<I4Weights>(product);
    default:
      return AddPanel<F32Weights>(product);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(AddPanelProductImpl);

}  // namespace

void AddPanelProduct(const PanelProduct& product) {
  SettleIsa();
  HWY_DYNAMIC_DISPATCH(AddPanelProductImpl)(product);
}

}  // namespace stepwell::kernels
#endif
