#include "stepwell/kernels/gemm/integer_variant.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "stepwell/kernels/isa.h"

// Intrinsics: Highway 1.0.3 has no dot products of 8-bit integers.
#define STEPWELL_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

namespace stepwell::kernels {
namespace {

constexpr int kVectors = 4;  // of 16 outputs: a panel
constexpr std::int64_t kFour = 4;
constexpr std::int64_t kWidth = PackedMatrix::kPanel;

// The weights of four inputs; in vector v the outputs 16 v to 16 v + 15.
struct Weights {
  __m512i vectors[kVectors];
};

STEPWELL_AVX512 inline Weights LoadBytes(const std::byte* four) {
  const auto* at = reinterpret_cast<const __m512i*>(four);
  return {{_mm512_loadu_si512(at), _mm512_loadu_si512(at + 1), _mm512_loadu_si512(at + 2), _mm512_loadu_si512(at + 3)}};
}

STEPWELL_AVX512 inline Weights LoadNibbles(const std::byte* four) {
  const auto* at = reinterpret_cast<const __m512i*>(four);
  const __m512i low = _mm512_set1_epi8(0xF);
  const __m512i first = _mm512_loadu_si512(at), second = _mm512_loadu_si512(at + 1);
  return {{_mm512_and_si512(first, low), _mm512_and_si512(second, low),
           _mm512_and_si512(_mm512_srli_epi16(first, 4), low), _mm512_and_si512(_mm512_srli_epi16(second, 4), low)}};
}

// The same, those of the vectors 2 and 3 times 16: their halves of bytes are left where they are.
STEPWELL_AVX512 inline Weights LoadScaledNibbles(const std::byte* four) {
  const auto* at = reinterpret_cast<const __m512i*>(four);
  const __m512i low = _mm512_set1_epi8(0xF), high = _mm512_set1_epi8(static_cast<char>(0xF0));
  __m512i first = _mm512_loadu_si512(at), second = _mm512_loadu_si512(at + 1);
  __asm__("" : "+v"(first), "+v"(second));  // else each is loaded twice, and loads are what there are too few of
  return {{_mm512_and_si512(first, low), _mm512_and_si512(second, low), _mm512_and_si512(first, high),
           _mm512_and_si512(second, high)}};
}

template <bool kNibbles>
STEPWELL_AVX512 inline __m512i LoadRow(const std::byte* row) {
  if constexpr (!kNibbles) return _mm512_loadu_si512(row);
  // The 32 bytes twice, the second time for their high halves.
  const __m512i pairs = _mm512_maskz_broadcast_i64x4(0xFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row)));
  const __m512i shifts = _mm512_set_epi64(4, 4, 4, 4, 0, 0, 0, 0);
  return _mm512_and_si512(_mm512_maskz_srlv_epi64(0xFF, pairs, shifts), _mm512_set1_epi8(0xF));
}

template <bool kNibbles>
constexpr std::int64_t kRowBytes = kNibbles ? kWidth / 2 : kWidth;

// A panel's rows in the order of places, whose number and kind are known.
template <bool kNibbles, bool kListed>
class Rows {
 public:
  explicit Rows(const PlacedRows& rows)
      : rows_(rows.rows), inputs_(rows.inputs), places_(rows.places), next_panel_(rows.next_panel) {}

  STEPWELL_AVX512 Weights Turn(std::int64_t place) const {
    const __m512i a = LoadRow<kNibbles>(At(rows_, place)), b = LoadRow<kNibbles>(At(rows_, place + 1));
    const __m512i c = LoadRow<kNibbles>(At(rows_, place + 2)), d = LoadRow<kNibbles>(At(rows_, place + 3));
    const __m512i ab_low = _mm512_unpacklo_epi8(a, b), ab_high = _mm512_unpackhi_epi8(a, b);
    const __m512i cd_low = _mm512_unpacklo_epi8(c, d), cd_high = _mm512_unpackhi_epi8(c, d);
    return {{_mm512_unpacklo_epi16(ab_low, cd_low), _mm512_unpackhi_epi16(ab_low, cd_low),
             _mm512_unpacklo_epi16(ab_high, cd_high), _mm512_unpackhi_epi16(ab_high, cd_high)}};
  }

  // Fetches rows of the four that begin at a place, past the last one those of the next panel: which follows at once in
  // memory, if all rows are read.
  STEPWELL_AVX512 void Fetch(std::int64_t place, std::int64_t first, std::int64_t step) const {
    const std::byte* rows = rows_;
    if (kListed && place >= places_) {
      place -= places_;
      rows = next_panel_;
      if (rows == nullptr || place >= places_) return;
    }
    for (std::int64_t i = first; i < kFour; i += step) {
      _mm_prefetch(reinterpret_cast<const char*>(At(rows, place + i)), _MM_HINT_T0);
    }
  }

 private:
  const std::byte* At(const std::byte* rows, std::int64_t place) const {
    return rows + (kListed ? std::int64_t{inputs_[place]} : place) * kRowBytes<kNibbles>;
  }

  const std::byte* rows_;
  const std::int32_t* inputs_;
  std::int64_t places_;
  const std::byte* next_panel_;
};

// Where a block's weights come from, four inputs at a time.
template <Fours kKind, bool kListed>
class WeightsOf {
 public:
  static constexpr bool kAreNibbles = kKind == Fours::kNibbles || kKind == Fours::kNibbleRows;

  explicit WeightsOf(const IntegerBlock& block) : block_(block), rows_(block.rows_of_weights) {}

  STEPWELL_AVX512 Weights Load(std::int64_t place) const {
    const std::int64_t first = place - block_.begin;
    if constexpr (kKind == Fours::kBytes || kKind == Fours::kOffsetBytes) {
      return LoadBytes(block_.weights + first * kRowBytes<false>);
    } else if constexpr (kKind == Fours::kNibbles) {
      return LoadScaledNibbles(block_.weights + first * kRowBytes<true>);
    } else {
      return rows_.Turn(place);
    }
  }

  // What comes later, on the way. Rows that are read once are fetched by their only block, others by all together;
  // fours that are read once come one after the other, which the hardware sees by itself, though of nibbles, which keep
  // the core busier, it fetches too little ahead.
  template <int kRows>
  STEPWELL_AVX512 void Fetch(std::int64_t place) const {
    if constexpr (!AreTurned(kKind)) {
      rows_.Fetch(place + block_.ahead, 0, 1);
    } else if constexpr (kRows > 2 && kKind != Fours::kNibbles) {
      rows_.Fetch(place + block_.ahead, block_.ahead_first, block_.ahead_step);
    } else if constexpr (kKind == Fours::kNibbles) {
      constexpr std::int64_t kPlacesAhead = 32;  // 1 KB
      rows_.Fetch(place + kPlacesAhead, 0, kFour / 2);
    }
  }

 private:
  const IntegerBlock& block_;
  const Rows<kAreNibbles || kKind == Fours::kOffsetBytes, kListed> rows_;
};

template <Fours kKind>
STEPWELL_AVX512 inline __m512i AddProducts(__m512i sum, __m512i activations, __m512i weights) {
  if constexpr (HaveSignedWeights(kKind)) return _mm512_dpbusd_epi32(sum, activations, weights);
  return _mm512_dpbusd_epi32(sum, weights, activations);
}

STEPWELL_AVX512 inline __m512i Broadcast(const std::uint8_t* four) {
  std::int32_t values = 0;
  std::memcpy(&values, four, sizeof(values));
  return _mm512_set1_epi32(values);
}

// Sums by nibbles that were left where they are are so much too large, by 4 bits.
template <Fours kKind>
constexpr int ScaleBits(int vector) {
  return kKind == Fours::kNibbles && vector >= kVectors / 2 ? 4 : 0;
}

template <int kRows>
struct Sums {
  __m512i rows[kRows][kVectors];
};

// What the group's sums begin with: where it was left, or anew.
template <int kRows, Fours kKind>
STEPWELL_AVX512 inline Sums<kRows> Begin(const IntegerBlock& block, std::int64_t group, bool anew) {
  Sums<kRows> sums;
#pragma GCC unroll 6
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (!anew) {
        sums.rows[m][v] = _mm512_loadu_si512(block.sums + m * kWidth + 16 * v);
      } else if constexpr (HaveSignedWeights(kKind)) {
        sums.rows[m][v] = _mm512_and_si512(_mm512_loadu_si512(block.offsets + group * kWidth + 16 * v),
                                           _mm512_set1_epi32(block.uses_zero[m]));
      } else {
        sums.rows[m][v] = _mm512_set1_epi32(block.starts[m * block.groups + group] * (1 << ScaleBits<kKind>(v)));
      }
    }
  }
  return sums;
}

template <int kRows, Fours kKind>
STEPWELL_AVX512 inline void End(const IntegerBlock& block, std::int64_t group, bool finished, const Sums<kRows>& sums) {
#pragma GCC unroll 6
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (!finished) {
        _mm512_storeu_si512(block.sums + m * kWidth + 16 * v, sums.rows[m][v]);
        continue;
      }
      float* out = block.out + m * kWidth + 16 * v;
      const __m512 scales = _mm512_loadu_ps(block.scales + group * kWidth + 16 * v);
      const __m512i sum = _mm512_maskz_srai_epi32(0xFFFF, sums.rows[m][v], ScaleBits<kKind>(v));
      const __m512 product = _mm512_mul_ps(_mm512_maskz_cvtepi32_ps(0xFFFF, sum), scales);
      _mm512_storeu_ps(out, _mm512_add_ps(_mm512_loadu_ps(out), product));
    }
  }
}

template <int kRows, Fours kKind, bool kListed>
STEPWELL_AVX512 inline void AddFours(const IntegerBlock& block, std::int64_t begin, std::int64_t end,
                                     Sums<kRows>& sums) {
  const WeightsOf<kKind, kListed> source(block);
  const std::uint8_t* values = block.values;
  for (std::int64_t place = begin; place < end; place += kFour) {
    source.template Fetch<kRows>(place);
    const Weights weights = source.Load(place);
#pragma GCC unroll 6
    for (int m = 0; m < kRows; ++m) {
      const __m512i x = Broadcast(values + m * block.stride + place);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sums.rows[m][v] = AddProducts<kKind>(sums.rows[m][v], x, weights.vectors[v]);
      }
    }
  }
}

// One row has too few sums to hide an instruction's latency: every other four is added to sums of its own.
template <Fours kKind, bool kListed>
STEPWELL_AVX512 inline void AddFoursOfOneRow(const IntegerBlock& block, std::int64_t begin, std::int64_t end,
                                             Sums<1>& sums) {
  const WeightsOf<kKind, kListed> source(block);
  const std::uint8_t* values = block.values;
  Sums<1> others;
  for (int v = 0; v < kVectors; ++v) others.rows[0][v] = _mm512_setzero_si512();
  std::int64_t place = begin;
  for (; place + 2 * kFour <= end; place += 2 * kFour) {
    source.template Fetch<1>(place);
    source.template Fetch<1>(place + kFour);
    const Weights weights = source.Load(place), other_weights = source.Load(place + kFour);
    const __m512i x = Broadcast(values + place), y = Broadcast(values + place + kFour);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sums.rows[0][v] = AddProducts<kKind>(sums.rows[0][v], x, weights.vectors[v]);
      others.rows[0][v] = AddProducts<kKind>(others.rows[0][v], y, other_weights.vectors[v]);
    }
  }
  AddFours<1, kKind, kListed>(block, place, end, sums);
  for (int v = 0; v < kVectors; ++v) sums.rows[0][v] = _mm512_add_epi32(sums.rows[0][v], others.rows[0][v]);
}

template <int kRows, Fours kKind, bool kListed>
STEPWELL_AVX512 void AddRows(const IntegerBlock& block) {
  for (std::int64_t group = block.first_group; group < block.end_group; ++group) {
    const std::int64_t group_begin = block.first_places[group], group_end = block.first_places[group + 1];
    const std::int64_t begin = std::max(group_begin, block.begin), end = std::min(group_end, block.end);
    Sums<kRows> sums = Begin<kRows, kKind>(block, group, begin == group_begin);
    if constexpr (kRows == 1) {
      AddFoursOfOneRow<kKind, kListed>(block, begin, end, sums);
    } else {
      AddFours<kRows, kKind, kListed>(block, begin, end, sums);
    }
    End<kRows, kKind>(block, group, end == group_end, sums);
  }
}

template <Fours kKind, bool kListed>
constexpr void (*kAddRows[kIntegerRows + 1])(const IntegerBlock&) = {
    nullptr,
    AddRows<1, kKind, kListed>,
    AddRows<2, kKind, kListed>,
    AddRows<3, kKind, kListed>,
    AddRows<4, kKind, kListed>,
    AddRows<5, kKind, kListed>,
    AddRows<6, kKind, kListed>,
};

template <bool kListed>
void AddBlock(const IntegerBlock& block) {
  switch (block.kind) {
    case Fours::kBytes:
      return kAddRows<Fours::kBytes, kListed>[block.rows](block);
    case Fours::kOffsetBytes:
      return kAddRows<Fours::kOffsetBytes, kListed>[block.rows](block);
    case Fours::kNibbles:
      return kAddRows<Fours::kNibbles, kListed>[block.rows](block);
    case Fours::kByteRows:
      return kAddRows<Fours::kByteRows, kListed>[block.rows](block);
    case Fours::kNibbleRows:
      return kAddRows<Fours::kNibbleRows, kListed>[block.rows](block);
  }
}

void Add(const IntegerBlock& block) {
  block.rows_of_weights.inputs == nullptr ? AddBlock<false>(block) : AddBlock<true>(block);
}

STEPWELL_AVX512 inline void Store(const Weights& weights, std::byte* fours) {
  for (int v = 0; v < kVectors; ++v) _mm512_storeu_si512(fours + 64 * v, weights.vectors[v]);
}

template <bool kNibbles, bool kListed>
STEPWELL_AVX512 void TurnRows(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours) {
  const Rows<kNibbles, kListed> source(rows);
  for (std::int64_t place = begin; place < end; place += kFour) {
    Store(source.Turn(place), fours + (place - begin) * kWidth);
  }
}

void Turn(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours) {
  const bool is_listed = rows.inputs != nullptr;
  if (rows.row_bytes == kRowBytes<true>) {
    is_listed ? TurnRows<true, true>(rows, begin, end, fours) : TurnRows<true, false>(rows, begin, end, fours);
  } else {
    is_listed ? TurnRows<false, true>(rows, begin, end, fours) : TurnRows<false, false>(rows, begin, end, fours);
  }
}

STEPWELL_AVX512 void Widen(const std::byte* nibbles, std::int64_t places, std::byte* fours) {
  for (std::int64_t place = 0; place < places; place += kFour) {
    Store(LoadNibbles(nibbles + place * kWidth / 2), fours + place * kWidth);
  }
}

bool RunsHere() {
  static const bool has_vnni = MachineFeatures().avx512_vnni;
  return has_vnni && CurrentIsa() == Isa::kAvx512;
}

}  // namespace

const IntegerVariant kIntegerVariantAvx512 = {"avx512-vnni", RunsHere, true, Add, Turn, Widen};

}  // namespace stepwell::kernels
#endif
