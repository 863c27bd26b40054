// A variant of products of integers in registers of 256 bits. Included once by each file of a variant, which before
// that defines STEPWELL_AVX, the attribute of functions that use its instructions, and
//   template <bool kSignedWeights> __m256i AddProducts(__m256i sum, __m256i activations, __m256i weights)
// in namespace stepwell::kernels::(anonymous), which adds to each 32-bit lane the products of its four bytes: unsigned
// activations and signed weights, or weights of 0 to 15 and signed activations.

#include <algorithm>
#include <cstring>

#include "stepwell/kernels/gemm/integer_variant.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kFour = 4;
constexpr std::int64_t kWidth = PackedMatrix::kPanel;
constexpr std::int64_t kHalf = kWidth / 2;
constexpr int kLanes = 8;  // outputs of a vector
constexpr std::int64_t kMostRows = 3;

// Some of a block's rows by the outputs [output, output + kVectors * kLanes). 16 registers hold the sums of three rows
// by half a panel, or of one by all of it.
struct Corner {
  const IntegerBlock& block;
  std::int64_t row;
  std::int64_t output;
};
template <int kRows>
constexpr int kVectors = kRows == 1 ? 8 : 4;

// The weights of four inputs by kLanes outputs from `output` on.
template <Fours kKind>
STEPWELL_AVX inline __m256i Load(const std::byte* four, std::int64_t output) {
  if constexpr (kKind != Fours::kNibbles) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(four + kFour * output));
  } else {
    const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(four + kFour * (output % kHalf)));
    return _mm256_and_si256(output < kHalf ? pairs : _mm256_srli_epi16(pairs, 4), _mm256_set1_epi8(0xF));
  }
}

template <int kRows>
struct Sums {
  __m256i rows[kRows][kVectors<kRows>];
};

STEPWELL_AVX inline __m256i LoadSums(const std::int32_t* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

// What the group's sums begin with: where it was left, or anew.
template <int kRows, Fours kKind>
STEPWELL_AVX inline Sums<kRows> Begin(const Corner& corner, std::int64_t group, bool anew) {
  const IntegerBlock& block = corner.block;
  Sums<kRows> sums;
  for (int m = 0; m < kRows; ++m) {
    for (int v = 0; v < kVectors<kRows>; ++v) {
      const std::int64_t row = corner.row + m, output = corner.output + v * kLanes;
      if (!anew) {
        sums.rows[m][v] = LoadSums(block.sums + row * kWidth + output);
      } else if constexpr (HaveSignedWeights(kKind)) {
        sums.rows[m][v] = _mm256_and_si256(LoadSums(block.offsets + group * kWidth + output),
                                           _mm256_set1_epi32(block.uses_zero[row]));
      } else {
        sums.rows[m][v] = _mm256_set1_epi32(block.starts[row * block.groups + group]);
      }
    }
  }
  return sums;
}

template <int kRows>
STEPWELL_AVX inline void End(const Corner& corner, std::int64_t group, bool finished, const Sums<kRows>& sums) {
  const IntegerBlock& block = corner.block;
  for (int m = 0; m < kRows; ++m) {
    for (int v = 0; v < kVectors<kRows>; ++v) {
      const std::int64_t output = corner.output + v * kLanes, at = (corner.row + m) * kWidth + output;
      if (!finished) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(block.sums + at), sums.rows[m][v]);
        continue;
      }
      const __m256 scales = _mm256_loadu_ps(block.scales + group * kWidth + output);
      const __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sums.rows[m][v]), scales);
      _mm256_storeu_ps(block.out + at, _mm256_add_ps(_mm256_loadu_ps(block.out + at), product));
    }
  }
}

template <int kRows, Fours kKind>
STEPWELL_AVX inline void AddFours(const Corner& corner, std::int64_t begin, std::int64_t end, Sums<kRows>& sums) {
  const IntegerBlock& block = corner.block;
  constexpr std::int64_t kBytes = kKind == Fours::kNibbles ? kHalf : kWidth;  // of a place
  const std::uint8_t* values = block.values + corner.row * block.stride;
  for (std::int64_t place = begin; place < end; place += kFour) {
    const std::byte* four = block.weights + (place - block.begin) * kBytes;
    __m256i x[kRows];
    for (int m = 0; m < kRows; ++m) {
      std::int32_t of_row = 0;
      std::memcpy(&of_row, values + m * block.stride + place, sizeof(of_row));
      x[m] = _mm256_set1_epi32(of_row);
    }
#pragma GCC unroll 8
    for (int v = 0; v < kVectors<kRows>; ++v) {
      const __m256i weights = Load<kKind>(four, corner.output + v * kLanes);
#pragma GCC unroll 3
      for (int m = 0; m < kRows; ++m) {
        sums.rows[m][v] = AddProducts<HaveSignedWeights(kKind)>(sums.rows[m][v], x[m], weights);
      }
    }
  }
}

template <int kRows, Fours kKind>
STEPWELL_AVX void AddRows(const IntegerBlock& block, std::int64_t row) {
  for (std::int64_t group = block.first_group; group < block.end_group; ++group) {
    const std::int64_t group_begin = block.first_places[group], group_end = block.first_places[group + 1];
    const std::int64_t begin = std::max(group_begin, block.begin), end = std::min(group_end, block.end);
    for (std::int64_t output = 0; output < kWidth; output += kVectors<kRows> * kLanes) {
      const Corner corner{block, row, output};
      Sums<kRows> sums = Begin<kRows, kKind>(corner, group, begin == group_begin);
      AddFours<kRows, kKind>(corner, begin, end, sums);
      End(corner, group, end == group_end, sums);
    }
  }
}

template <Fours kKind>
void AddBlock(const IntegerBlock& block) {
  constexpr void (*kAddRows[kMostRows + 1])(const IntegerBlock&, std::int64_t) = {nullptr, AddRows<1, kKind>,
                                                                                  AddRows<2, kKind>, AddRows<3, kKind>};
  for (std::int64_t row = 0; row < block.rows; row += kMostRows) {
    kAddRows[std::min(kMostRows, block.rows - row)](block, row);
  }
}

void Add(const IntegerBlock& block) {
  switch (block.kind) {
    case Fours::kBytes:
      return AddBlock<Fours::kBytes>(block);
    case Fours::kOffsetBytes:
      return AddBlock<Fours::kOffsetBytes>(block);
    default:
      return AddBlock<Fours::kNibbles>(block);
  }
}

// Half a row, the outputs of two 128-bit lanes.
template <bool kNibbles>
STEPWELL_AVX inline __m256i LoadHalf(const std::byte* row, int half) {
  if constexpr (!kNibbles) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row) + half);
  return Load<Fours::kNibbles>(row, half * kHalf);
}

template <bool kNibbles>
STEPWELL_AVX void TurnRows(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours) {
  for (std::int64_t place = begin; place < end; place += kFour) {
    const std::byte *a_row = rows.At(place), *b_row = rows.At(place + 1), *c_row = rows.At(place + 2),
                    *d_row = rows.At(place + 3);
    for (int half = 0; half < 2; ++half) {
      const __m256i a = LoadHalf<kNibbles>(a_row, half), b = LoadHalf<kNibbles>(b_row, half);
      const __m256i c = LoadHalf<kNibbles>(c_row, half), d = LoadHalf<kNibbles>(d_row, half);
      const __m256i ab_low = _mm256_unpacklo_epi8(a, b), ab_high = _mm256_unpackhi_epi8(a, b);
      const __m256i cd_low = _mm256_unpacklo_epi8(c, d), cd_high = _mm256_unpackhi_epi8(c, d);
      auto* to = reinterpret_cast<__m256i*>(fours + (place - begin) * kWidth) + half;
      _mm256_storeu_si256(to, _mm256_unpacklo_epi16(ab_low, cd_low));
      _mm256_storeu_si256(to + 2, _mm256_unpackhi_epi16(ab_low, cd_low));
      _mm256_storeu_si256(to + 4, _mm256_unpacklo_epi16(ab_high, cd_high));
      _mm256_storeu_si256(to + 6, _mm256_unpackhi_epi16(ab_high, cd_high));
    }
  }
}

void Turn(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours) {
  rows.row_bytes < kWidth ? TurnRows<true>(rows, begin, end, fours) : TurnRows<false>(rows, begin, end, fours);
}

STEPWELL_AVX void Widen(const std::byte* nibbles, std::int64_t places, std::byte* fours) {
  for (std::int64_t place = 0; place < places; place += kFour) {
    for (std::int64_t output = 0; output < kWidth; output += kLanes) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(fours + place * kWidth + kFour * output),
                          Load<Fours::kNibbles>(nibbles + place * kHalf, output));
    }
  }
}

}  // namespace
}  // namespace stepwell::kernels
