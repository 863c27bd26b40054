#include <algorithm>
#include <array>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/integer_layout.h"
#include "stepwell/kernels/gemm/integer_variant.h"
#include "stepwell/kernels/isa.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "stepwell/kernels/gemm/integer_variant_anywhere.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace stepwell::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<std::int32_t, 16>;
using V = hn::Vec<D>;
using DF = hn::RebindToFloat<D>;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
constexpr std::int64_t kWidth = PackedMatrix::kPanel;
// 16 registers hold three rows of two vectors, what they are multiplied by, and no more.
constexpr int kRows = 3;
constexpr int kVectors = static_cast<int>(std::min<std::int64_t>(2, kWidth / kLanes));

// Bytes in fours, ready to be multiplied. Products of 16-bit integers that are added in pairs take two of the four at a
// time.
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
struct Split {
  V even, odd;
};
template <bool kSigned>
HWY_INLINE Split SplitFours(V fours) {
  const hn::Repartition<std::int16_t, D> d16;
  const hn::RebindToUnsigned<decltype(d16)> d16u;
  const D d;
  if constexpr (kSigned) {
    const auto halves = hn::BitCast(d16, fours);
    return {hn::BitCast(d, hn::ShiftRight<8>(hn::ShiftLeft<8>(halves))), hn::BitCast(d, hn::ShiftRight<8>(halves))};
  } else {
    return {hn::And(fours, hn::Set(d, 0x00FF00FF)), hn::BitCast(d, hn::ShiftRight<8>(hn::BitCast(d16u, fours)))};
  }
}
HWY_INLINE V AddProducts(V sum, const Split& a, const Split& b) {
  const D d;
  const hn::Repartition<std::int16_t, D> d16;
  V unused = hn::Zero(d);
  sum = hn::ReorderWidenMulAccumulate(d, hn::BitCast(d16, a.even), hn::BitCast(d16, b.even), sum, unused);
  return hn::ReorderWidenMulAccumulate(d, hn::BitCast(d16, a.odd), hn::BitCast(d16, b.odd), sum, unused);
}
#else
struct Split {
  V bytes[4];

  // Written out, since GCC gives a constructor of its own making no target, and NEON's vectors are not plain.
  HWY_INLINE Split() {}
  HWY_INLINE Split(V a, V b, V c, V d) : bytes{a, b, c, d} {}
};
template <int kByte, bool kSigned>
HWY_INLINE V ByteOf(V fours) {
  if constexpr (kSigned) return hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * kByte>(fours));
  return hn::And(hn::ShiftRight<8 * kByte>(fours), hn::Set(D(), 0xFF));
}
template <bool kSigned>
HWY_INLINE Split SplitFours(V fours) {
  return {ByteOf<0, kSigned>(fours), ByteOf<1, kSigned>(fours), ByteOf<2, kSigned>(fours), ByteOf<3, kSigned>(fours)};
}
HWY_INLINE V AddProducts(V sum, const Split& a, const Split& b) {
  for (int i = 0; i < 4; ++i) sum = hn::Add(sum, hn::Mul(a.bytes[i], b.bytes[i]));
  return sum;
}
#endif

template <Fours kKind>
constexpr std::int64_t kFourBytes = 4 * kWidth / (kKind == Fours::kNibbles ? 2 : 1);

// The weights of kLanes outputs from `output` on.
template <Fours kKind>
HWY_INLINE Split LoadWeights(const std::byte* four, std::int64_t output) {
  const D d;
  if constexpr (kKind != Fours::kNibbles) {
    return SplitFours<kKind == Fours::kBytes>(hn::LoadU(d, reinterpret_cast<const std::int32_t*>(four) + output));
  } else {
    const V pairs = hn::LoadU(d, reinterpret_cast<const std::int32_t*>(four) + output % (kWidth / 2));
    const V nibbles = output < kWidth / 2 ? pairs : hn::ShiftRight<4>(pairs);
    return SplitFours<false>(hn::And(nibbles, hn::Set(d, 0x0F0F0F0F)));
  }
}

// Some rows of a block by some of the outputs, in one group.
struct Corner {
  std::int64_t row = 0;
  std::int64_t rows = 0;
  std::int64_t output = 0;
  std::int64_t group = 0;
};

template <Fours kKind>
HWY_INLINE V Start(const IntegerBlock& block, const Corner& corner, std::int64_t row, std::int64_t output, bool anew) {
  const D d;
  if (!anew) return hn::LoadU(d, block.sums + row * kWidth + output);
  if constexpr (kKind != Fours::kBytes) return hn::Set(d, block.starts[row * block.groups + corner.group]);
  return hn::And(hn::LoadU(d, block.offsets + corner.group * kWidth + output), hn::Set(d, block.uses_zero[row]));
}

HWY_INLINE void Finish(const IntegerBlock& block, const Corner& corner, std::int64_t row, std::int64_t output, V sum,
                       bool finished) {
  const DF d;
  if (!finished) return hn::StoreU(sum, D(), block.sums + row * kWidth + output);
  float* out = block.out + row * kWidth + output;
  const auto scales = hn::LoadU(d, block.scales + corner.group * kWidth + output);
  hn::StoreU(hn::Add(hn::LoadU(d, out), hn::Mul(hn::ConvertTo(d, sum), scales)), d, out);
}

template <Fours kKind>
HWY_ATTR void AddCorner(const IntegerBlock& block, const Corner& corner) {
  const std::int64_t group_begin = block.first_places[corner.group], group_end = block.first_places[corner.group + 1];
  const std::int64_t begin = std::max(group_begin, block.begin), end = std::min(group_end, block.end);
  // Where there are fewer rows, the last one is computed several times.
  std::int64_t rows[kRows];
  V sums[kRows][kVectors];
  for (int m = 0; m < kRows; ++m) {
    rows[m] = corner.row + std::min<std::int64_t>(m, corner.rows - 1);
    for (int v = 0; v < kVectors; ++v) {
      sums[m][v] = Start<kKind>(block, corner, rows[m], corner.output + v * kLanes, begin == group_begin);
    }
  }
  const std::byte* four = block.weights + (begin - block.begin) / 4 * kFourBytes<kKind>;
  for (std::int64_t place = begin; place < end; place += 4, four += kFourBytes<kKind>) {
    Split weights[kVectors];
    for (int v = 0; v < kVectors; ++v) weights[v] = LoadWeights<kKind>(four, corner.output + v * kLanes);
    for (int m = 0; m < kRows; ++m) {
      std::int32_t values = 0;
      std::memcpy(&values, block.values + rows[m] * block.stride + place, sizeof(values));
      const Split x = SplitFours<kKind != Fours::kBytes>(hn::Set(D(), values));
      for (int v = 0; v < kVectors; ++v) sums[m][v] = AddProducts(sums[m][v], x, weights[v]);
    }
  }
  for (int m = 0; m < corner.rows; ++m) {
    for (int v = 0; v < kVectors; ++v) {
      Finish(block, corner, rows[m], corner.output + v * kLanes, sums[m][v], end == group_end);
    }
  }
}

template <Fours kKind>
HWY_ATTR void AddBlock(const IntegerBlock& block) {
  Corner corner;
  for (corner.group = block.first_group; corner.group < block.end_group; ++corner.group) {
    for (corner.row = 0; corner.row < block.rows; corner.row += kRows) {
      corner.rows = std::min<std::int64_t>(kRows, block.rows - corner.row);
      for (corner.output = 0; corner.output < kWidth; corner.output += kVectors * kLanes) {
        AddCorner<kKind>(block, corner);
      }
    }
  }
}

HWY_ATTR void AddImpl(const IntegerBlock& block) {
  switch (block.kind) {
    case Fours::kBytes:
      return AddBlock<Fours::kBytes>(block);
    case Fours::kOffsetBytes:
      return AddBlock<Fours::kOffsetBytes>(block);
    case Fours::kNibbles:
      return AddBlock<Fours::kNibbles>(block);
    default:
      STEPWELL_CHECK(AreTurned(block.kind));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace stepwell::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace stepwell::kernels {
namespace {

HWY_EXPORT(AddImpl);

constexpr std::size_t kOutputs = PackedMatrix::kPanel;
constexpr std::size_t kHalf = kOutputs / 2;

void Add(const IntegerBlock& block) { HWY_DYNAMIC_DISPATCH(AddImpl)(block); }

// A row's bytes, the halves of int4 apart.
std::array<std::uint8_t, kOutputs> BytesOf(const std::byte* row, bool is_nibbles) {
  std::array<std::uint8_t, kOutputs> bytes;
  if (!is_nibbles) {
    std::memcpy(bytes.data(), row, bytes.size());
    return bytes;
  }
  for (std::size_t n = 0; n < kHalf; ++n) {
    bytes[n] = std::to_integer<std::uint8_t>(row[n] & std::byte{0xF});
    bytes[n + kHalf] = std::to_integer<std::uint8_t>(row[n] >> 4);
  }
  return bytes;
}

void Turn(const PlacedRows& rows, std::int64_t begin, std::int64_t end, std::byte* fours) {
  const bool is_nibbles = rows.row_bytes < PackedMatrix::kPanel;
  for (std::int64_t place = begin; place < end; ++place) {
    const auto bytes = BytesOf(rows.At(place), is_nibbles);
    std::byte* to = fours + (place - begin) / 4 * 4 * PackedMatrix::kPanel + (place - begin) % 4;
    for (std::size_t n = 0; n < kOutputs; ++n) {
      to[4 * n] = std::byte{bytes[static_cast<std::size_t>(TurnablePlace(static_cast<std::int64_t>(n)))]};
    }
  }
}

void Widen(const std::byte* nibbles, std::int64_t places, std::byte* fours) {
  constexpr std::size_t kFourBytes = 4 * kHalf;
  for (std::int64_t place = 0; place < places; place += 4, nibbles += kFourBytes, fours += 2 * kFourBytes) {
    for (std::size_t at = 0; at < kFourBytes; ++at) {
      fours[at] = nibbles[at] & std::byte{0xF};
      fours[at + kFourBytes] = nibbles[at] >> 4;
    }
  }
}

bool RunsHere() {
  SettleIsa();
  return true;
}

}  // namespace

const IntegerVariant kIntegerVariantAnywhere = {"anywhere", RunsHere, false, Add, Turn, Widen};

}  // namespace stepwell::kernels
#endif
