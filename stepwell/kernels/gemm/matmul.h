#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/base/shape.h"

namespace stepwell::kernels {

enum class Transposed : std::uint8_t { kNo, kYes };

// The product of two computed fp32 operands: a [..., M, K] by b [..., K, N] (or their last two axes swapped), leading
// axes broadcast as NumPy does. Made once for a pair of static shapes of rank 2 or more; free to share. Sums in the
// order that Multiply() promises.
class MatMulPlan {
 public:
  // Throws Error(kInvalidArgument) when the shapes do not fit.
  MatMulPlan(const Shape& a, const Shape& b, Transposed transposed_a, Transposed transposed_b);

  const Shape& out_shape() const { return out_shape_; }
  // Memory that Run works in, aligned to 64 bytes, for a team of that many members.
  std::size_t ScratchBytes(int members) const;
  // Allocates nothing.
  void Run(std::span<const float> a, std::span<const float> b, std::span<float> out, std::span<std::byte> scratch,
           WorkerTeam& team = WorkerTeam::Shared()) const;

 private:
  friend class MatMulRun;

  void ListProducts(const Shape& leading, const Shape& a, const Shape& b);

  struct Product {  // offsets of one [M, N] product, in elements
    std::int64_t a = 0;
    std::int64_t b = 0;
  };

  Shape out_shape_;
  std::int64_t rows_ = 0;     // M
  std::int64_t inner_ = 0;    // K
  std::int64_t columns_ = 0;  // N
  Transposed transposed_a_ = Transposed::kNo;
  Transposed transposed_b_ = Transposed::kNo;
  std::vector<Product> products_;
};

}  // namespace stepwell::kernels
