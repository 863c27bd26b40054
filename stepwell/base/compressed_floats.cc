#include "stepwell/base/compressed_floats.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell {
namespace {

constexpr std::int64_t kElementsPerPiece = 1 << 20;

}  // namespace

float StoredValue(DType dtype, const std::byte* values, std::int64_t index) {
  switch (dtype) {
    case DType::kBF16: {
      std::uint16_t high = 0;
      std::memcpy(&high, values + 2 * index, sizeof(high));
      return std::bit_cast<float>(std::uint32_t{high} << 16);
    }
    case DType::kI8:
      return static_cast<float>(static_cast<std::int8_t>(values[index]));
    case DType::kI4: {
      const auto pair = static_cast<std::uint32_t>(values[index / 2]);
      const std::uint32_t nibble = index % 2 == 0 ? pair & 0xF : pair >> 4;
      return static_cast<float>(static_cast<int>(nibble ^ 8) - 8);
    }
    default:
      STEPWELL_CHECK(!"weights are stored as bf16, int8 or int4");
      return 0;
  }
}

float CompressedFloats::ScaleAt(std::int64_t index) const {
  if (scales.empty()) return 1;
  return scales[AsSize(index / elements_per_block * scales_per_block + index % scales_per_block)];
}

std::size_t CompressedFloats::size() const { return AsSize(CheckedMul(elements, std::int64_t{sizeof(float)})); }

void CompressedFloats::Stream(Take take) const {
  const SharedBytes stored = values.Get();
  std::vector<float> piece(AsSize(std::min(elements, kElementsPerPiece)));
  for (std::int64_t begin = 0; begin < elements; begin += kElementsPerPiece) {
    const std::int64_t count = std::min(kElementsPerPiece, elements - begin);
    for (std::int64_t at = 0; at < count; ++at) {
      const std::int64_t index = begin + at;
      piece[AsSize(at)] = StoredValue(dtype, stored.data(), index) * ScaleAt(index);
    }
    take(std::as_bytes(std::span(piece).first(AsSize(count))));
  }
}

}  // namespace stepwell
