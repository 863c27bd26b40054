#pragma once

#include <cstdint>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/lazy_bytes.h"

namespace stepwell {

// How activations are multiplied by weights: as they are, or rounded, each row with a scale of its own, to 8-bit
// integers as they come. The latter only by integer weights that have scales.
enum class ActivationFormat : std::uint8_t { kFp32, kInt8 };

// fp32 numbers that are stored in fewer bits: each is the stored value, times a scale if there are scales. Whoever can
// multiply by the stored values reads them; to all others this is a source of fp32 bytes. (OpenVINO writes it as a
// constant, a Convert and a Multiply.) Immutable.
struct CompressedFloats final : ByteSource {
  LazyBytes values;            // dense; int4: two to a byte, the first in the low half
  DType dtype = DType::kBF16;  // kBF16, kI8 or kI4
  std::int64_t elements = 0;
  // Empty: all are 1. Else each block of so many elements has `scales_per_block` scales, which take turns element by
  // element: in a matrix [K, N], one block of K * N elements and N scales is a scale for each column; blocks of N
  // elements and one scale, a scale for each row; blocks of 32 elements and one scale, a scale for each group of a row.
  std::vector<float> scales;
  std::int64_t elements_per_block = 1;
  std::int64_t scales_per_block = 1;
  // For products by these numbers as weights; it changes nothing for who reads them as fp32.
  ActivationFormat activations = ActivationFormat::kFp32;

  float ScaleAt(std::int64_t index) const;

  std::size_t size() const override;
  std::size_t work() const override { return values.work() + size(); }
  void Stream(Take take) const override;
};

// The element at `index` of values of one of these types.
float StoredValue(DType dtype, const std::byte* values, std::int64_t index);

}  // namespace stepwell
