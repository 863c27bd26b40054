#pragma once

#include <cstdint>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/lazy_bytes.h"

namespace stepwell {

// A matrix of fp32 that is stored in fewer bits: element (row, column) is the stored value, times the scale of the
// block in which it lies, if there are scales. Whoever can multiply by the stored values reads them; to all others it
// is a source of fp32 bytes. (OpenVINO writes this as a constant, a Convert and a Multiply.)
struct CompressedFloats final : ByteSource {
  LazyBytes values;            // dense, row-major; int4: two to a byte, the first in the low half
  DType dtype = DType::kBF16;  // kBF16, kI8 or kI4
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  // One for each block of so many rows and columns, row-major; empty: all are 1.
  std::vector<float> scales;
  std::int64_t rows_per_scale = 1;
  std::int64_t columns_per_scale = 1;

  float ScaleAt(std::int64_t row, std::int64_t column) const;

  std::size_t size() const override;
  std::size_t work() const override { return values.work() + size(); }
  void Stream(Take take) const override;
};

// The element at `index` of values of one of these types.
float StoredValue(DType dtype, const std::byte* values, std::int64_t index);

}  // namespace stepwell
