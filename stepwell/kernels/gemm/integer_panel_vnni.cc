#include "stepwell/kernels/gemm/integer_panel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstring>

// Intrinsics: Highway 1.0.3 has no dot products of 8-bit integers.
#define STEPWELL_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

namespace stepwell::kernels {
namespace {

constexpr int kVectors = 4;  // of 16 sums: a panel
constexpr int kLanesOf128 = 4;

// 64 weights of one input, sign-extended to a byte each.
template <bool kNibbles>
STEPWELL_VNNI inline __m512i LoadRow(const std::byte* row) {
  if constexpr (!kNibbles) return _mm512_loadu_si512(row);
  // The 32 bytes twice, the second time for their high halves.
  const __m512i pairs = _mm512_maskz_broadcast_i64x4(0xFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row)));
  const __m512i shifts = _mm512_set_epi64(4, 4, 4, 4, 0, 0, 0, 0);
  const __m512i nibbles = _mm512_and_si512(_mm512_maskz_srlv_epi64(0xFF, pairs, shifts), _mm512_set1_epi8(0xF));
  const __m512i eight = _mm512_set1_epi8(8);
  return _mm512_sub_epi8(_mm512_xor_si512(nibbles, eight), eight);
}

// The rows of four inputs, turned so that the four weights of an output stand together. Within each 128-bit lane L,
// vector v holds the outputs 16 L + 4 v to 16 L + 4 v + 3.
struct Four {
  __m512i vectors[kVectors];
};
template <bool kNibbles>
STEPWELL_VNNI inline Four LoadFour(const PanelWeights& panel, const std::int32_t* inputs) {
  const __m512i a = LoadRow<kNibbles>(panel.Row(inputs[0]));
  const __m512i b = LoadRow<kNibbles>(panel.Row(inputs[1]));
  const __m512i c = LoadRow<kNibbles>(panel.Row(inputs[2]));
  const __m512i d = LoadRow<kNibbles>(panel.Row(inputs[3]));
  const __m512i ab_low = _mm512_unpacklo_epi8(a, b);
  const __m512i ab_high = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_low = _mm512_unpacklo_epi8(c, d);
  const __m512i cd_high = _mm512_unpackhi_epi8(c, d);
  return {{_mm512_unpacklo_epi16(ab_low, cd_low), _mm512_unpackhi_epi16(ab_low, cd_low),
           _mm512_unpacklo_epi16(ab_high, cd_high), _mm512_unpackhi_epi16(ab_high, cd_high)}};
}

STEPWELL_VNNI inline void StoreInOrder(const __m512i (&sums)[kVectors], std::int32_t* out) {
  for (int v = 0; v < kVectors; ++v) {
    alignas(64) std::array<std::int32_t, 16> lanes;
    _mm512_store_si512(lanes.data(), sums[v]);
    for (int lane = 0; lane < kLanesOf128; ++lane) std::memcpy(out + 16 * lane + 4 * v, &lanes[4 * lane], 16);
  }
}

// How far ahead rows of weights are fetched, in places.
constexpr std::int64_t kPlacesAhead = 64;

template <int kRows, bool kNibbles>
STEPWELL_VNNI void AddRows(const IntegerPanelProduct& product, std::int64_t begin, std::int64_t end,
                           std::int64_t last_place, std::int64_t first_row, std::int32_t* sums) {
  const IntegerRows& a = *product.a;
  const std::uint8_t* values[kRows];
  __m512i sum[kRows][kVectors];
  for (int m = 0; m < kRows; ++m) {
    values[m] = a.values(first_row + m);
    for (int v = 0; v < kVectors; ++v) sum[m][v] = _mm512_setzero_si512();
  }
  for (std::int64_t place = begin; place < end; place += 4) {
    if (place + kPlacesAhead < last_place) {
      for (int i = 0; i < 4; ++i) {
        _mm_prefetch(reinterpret_cast<const char*>(product.panel.Row(a.inputs()[place + kPlacesAhead + i])),
                     _MM_HINT_T0);
      }
    }
    const Four four = LoadFour<kNibbles>(product.panel, a.inputs() + place);
#pragma GCC unroll 6
    for (int m = 0; m < kRows; ++m) {
      std::int32_t four_values = 0;
      std::memcpy(&four_values, values[m] + place, sizeof(four_values));
      const __m512i x = _mm512_set1_epi32(four_values);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[m][v] = _mm512_dpbusd_epi32(sum[m][v], x, four.vectors[v]);
    }
  }
  for (int m = 0; m < kRows; ++m) StoreInOrder(sum[m], sums + m * kPanelWidth);
}

using AddRowsFunction = void (*)(const IntegerPanelProduct&, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                 std::int32_t*);
template <bool kNibbles>
constexpr AddRowsFunction kAddRows[kIntegerRows + 1] = {nullptr,
                                                        AddRows<1, kNibbles>,
                                                        AddRows<2, kNibbles>,
                                                        AddRows<3, kNibbles>,
                                                        AddRows<4, kNibbles>,
                                                        AddRows<5, kNibbles>,
                                                        AddRows<6, kNibbles>};

void AddGroup(const IntegerPanelProduct& product, std::int64_t group, std::int64_t first_row, std::int64_t rows,
              std::int32_t* sums) {
  const IntegerRows& a = *product.a;
  const auto& functions = product.panel.dtype == DType::kI4 ? kAddRows<true> : kAddRows<false>;
  functions[rows](product, a.PlaceOf(group), a.PlaceOf(group + 1), a.PlaceOf(a.groups()), first_row, sums);
}

}  // namespace

const AddIntegerGroup kAddIntegerGroupVnni = AddGroup;

}  // namespace stepwell::kernels
#else
namespace stepwell::kernels {
const AddIntegerGroup kAddIntegerGroupVnni = nullptr;
}  // namespace stepwell::kernels
#endif
