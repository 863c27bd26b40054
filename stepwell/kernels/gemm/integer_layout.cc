#include "stepwell/kernels/gemm/integer_layout.h"

#include <array>
#include <cstring>

#include "stepwell/base/error.h"

namespace stepwell::kernels {
namespace {

constexpr std::int64_t kFour = 4;
constexpr std::int64_t kWidth = PackedMatrix::kPanel;
constexpr std::int64_t kHalf = kWidth / 2;

// The weights of four inputs by all outputs of a panel, a byte each: int8, or int4 plus 8.
using FourRows = std::array<std::array<std::uint8_t, kWidth>, kFour>;

FourRows LoadBytes(const std::byte* rows) {
  FourRows four;
  std::memcpy(four.data(), rows, sizeof(four));
  return four;
}

FourRows LoadNibbles(const std::byte* rows) {
  FourRows four;
  for (std::size_t i = 0; i < kFour; ++i) {
    for (std::size_t n = 0; n < kHalf; ++n) {
      const auto pair = std::to_integer<unsigned>(rows[i * kHalf + n]);
      four[i][n] = static_cast<std::uint8_t>((pair & 0xF) ^ 8);
      four[i][n + kHalf] = static_cast<std::uint8_t>(pair >> 4 ^ 8);
    }
  }
  return four;
}

// Bytes of output n and input i go to at(n, i).
template <class At>
void StoreBytes(const FourRows& four, std::byte* to, At at) {
  for (std::size_t i = 0; i < kFour; ++i) {
    for (std::size_t n = 0; n < kWidth; ++n) to[at(n, i)] = std::byte{four[i][n]};
  }
}

// Two outputs whose places `at(n, i)` below and from kHalf on are kHalf apart share a byte.
template <class Place>
void StoreNibbles(const FourRows& four, std::byte* to, Place place) {
  std::memset(to, 0, kFour * kHalf);
  for (std::size_t i = 0; i < kFour; ++i) {
    for (std::size_t n = 0; n < kWidth; ++n) {
      const auto [byte, shift] = place(n, i);
      to[byte] |= std::byte{four[i][n]} << shift;
    }
  }
}

struct NibblePlace {
  std::size_t byte;
  int shift;
};

std::size_t TurnableByte(std::size_t n) {
  return static_cast<std::size_t>(TurnablePlace(static_cast<std::int64_t>(n)));
}

void LayOutBytes(std::byte* rows, PanelLayout layout) {
  const FourRows four = LoadBytes(rows);
  if (layout == PanelLayout::kFours) {
    StoreBytes(four, rows, [](std::size_t n, std::size_t i) { return n * kFour + i; });
  } else {
    StoreBytes(four, rows, [](std::size_t n, std::size_t i) { return i * kWidth + TurnableByte(n); });
  }
}

void LayOutNibbles(std::byte* rows, PanelLayout layout) {
  const FourRows four = LoadNibbles(rows);
  const auto place_of = [](std::size_t n) { return NibblePlace{n % kHalf, n < kHalf ? 0 : 4}; };
  if (layout == PanelLayout::kFours) {
    StoreNibbles(four, rows, [&](std::size_t n, std::size_t i) {
      const NibblePlace place = place_of(n);
      return NibblePlace{place.byte * kFour + i, place.shift};
    });
  } else {
    StoreNibbles(four, rows, [&](std::size_t n, std::size_t i) {
      const NibblePlace place = place_of(TurnableByte(n));
      return NibblePlace{i * kHalf + place.byte, place.shift};
    });
  }
}

}  // namespace

void LayOutIntegers(std::byte* panel, std::int64_t inputs, DType dtype, PanelLayout layout) {
  STEPWELL_CHECK(inputs % kFour == 0 && layout != PanelLayout::kRows);
  const std::int64_t four_bytes = kFour * kWidth * DTypeBits(dtype) / 8;
  for (std::int64_t four = 0; four < inputs / kFour; ++four) {
    std::byte* rows = panel + four * four_bytes;
    dtype == DType::kI4 ? LayOutNibbles(rows, layout) : LayOutBytes(rows, layout);
  }
}

}  // namespace stepwell::kernels
