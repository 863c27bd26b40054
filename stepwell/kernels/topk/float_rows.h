#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/memory.h"
#include "stepwell/kernels/gemm/weight_source.h"

namespace stepwell::kernels {

// A matrix of fp32 weights of which single rows are read, each the weights of one output. Where the source lies in
// memory or in a mapped file in that order, its bytes stay where they are, and only what is read is resident; otherwise
// they are made and kept. Immutable, free to share.
class FloatRows {
 public:
  FloatRows() = default;
  // The source's elements are fp32. Throws Error(kInvalidModel) when they do not fill the matrix.
  explicit FloatRows(const WeightSource& source);

  std::int64_t rows() const { return rows_; }
  std::int64_t inputs() const { return inputs_; }
  // [inputs], at any address.
  const std::byte* Row(std::int64_t row) const { return bytes_.data() + row * row_bytes(); }
  std::int64_t row_bytes() const { return inputs_ * static_cast<std::int64_t>(sizeof(float)); }
  // Tells the system that the pages of rows [begin, end) are not needed now.
  void ReleasePages(std::int64_t begin, std::int64_t end) const;

  // logits[i] = row rows[i] * activation + bias[rows[i]], to the bit as Multiply() computes it whatever the other rows
  // are. bias [rows()] or empty; scratch: LogitsScratch() floats, aligned to 64 bytes.
  void Logits(std::span<const std::int32_t> rows, std::span<const float> activation, std::span<const float> bias,
              std::span<float> scratch, std::span<float> logits) const;
  std::int64_t LogitsScratch() const;

 private:
  SharedBytes bytes_;  // of the rows alone
  std::int64_t rows_ = 0;
  std::int64_t inputs_ = 0;
};

}  // namespace stepwell::kernels
