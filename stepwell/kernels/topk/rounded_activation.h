#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stepwell::kernels {

// A vector of activations a [inputs] in integers of 16 bits, with what their rounding costs: a = unit * m + d, |m|
// below 2^15. Each integer is kept as a whole and as two bytes, m = 256 high + low, both signed. Inputs are filled up
// with zeros to whole groups.
class RoundedActivation {
 public:
  static constexpr std::int64_t kGroup = 32;

  // Keeps nothing of `a`. Reuses its memory: allocates only for more inputs than it has seen.
  void Round(std::span<const float> a);

  // False for NaN, infinity, and magnitudes beyond 2^100 or all below 2^-100 but not 0: then the rest means nothing.
  bool is_usable() const { return is_usable_; }
  std::int64_t groups() const { return static_cast<std::int64_t>(whole_sums_.size()); }
  double unit() const { return unit_; }
  // Upper bounds of the Euclidean norms of a and of d.
  double norm() const { return norm_; }
  double error_norm() const { return error_norm_; }

  const std::int32_t* whole() const { return whole_.data(); }  // [inputs]: m
  const std::int8_t* high() const { return high_.data(); }     // [inputs]
  const std::int8_t* low() const { return low_.data(); }       // [inputs]
  // Per group, minus fifteen times the sum of m, of its high bytes and of its low bytes: see nibble_scan.h.
  const std::int32_t* whole_sums() const { return whole_sums_.data(); }
  const std::int32_t* high_sums() const { return high_sums_.data(); }
  const std::int32_t* low_sums() const { return low_sums_.data(); }

 private:
  void RoundOne(std::size_t index, float value);

  bool is_usable_ = false;
  double unit_ = 0;
  double norm_ = 0;
  double error_norm_ = 0;
  std::vector<std::int32_t> whole_;
  std::vector<std::int8_t> high_;
  std::vector<std::int8_t> low_;
  std::vector<std::int32_t> whole_sums_;
  std::vector<std::int32_t> high_sums_;
  std::vector<std::int32_t> low_sums_;
};

}  // namespace stepwell::kernels
