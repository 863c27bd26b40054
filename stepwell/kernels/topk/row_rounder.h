#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/kernels/topk/rounded_rows.h"

namespace stepwell::kernels {

// Rounds rows of weights one by one. In each group of 32 the weights from -8 to 8 times the group's step lie in 16
// cells of one step each, of which the first code says which and stands for its middle; the second one divides each
// cell into 16 again. Not thread-safe.
class RowRounder {
 public:
  explicit RowRounder(std::int64_t inputs);

  // row: [inputs] floats at any address. The codes and multipliers of the last row stay until the next.
  RoundedRowFacts Round(const std::byte* row);
  // Per input, filled up to whole groups: 16 u + v.
  std::span<const std::uint8_t> codes() const { return codes_; }
  std::span<const std::uint8_t> multipliers() const { return multipliers_; }  // [groups]

 private:
  struct Norms {
    double weights = 0;  // sums of squares
    double rounded4 = 0;
    double rounded8 = 0;
    double error4 = 0;
    double error8 = 0;
  };
  // Of a group whose cells are `step` wide.
  Norms RoundGroup(std::int64_t group, float step);
  // The weights without codes.
  RoundedRowFacts LeaveOut(bool is_finite);
  void ScaleBy(int exponent);

  std::int64_t inputs_;
  std::vector<float> values_;  // padded to whole groups
  std::vector<std::uint8_t> codes_;
  std::vector<std::uint8_t> multipliers_;
};

}  // namespace stepwell::kernels
