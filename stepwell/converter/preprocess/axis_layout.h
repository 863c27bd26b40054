#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stepwell::converter {

// What the axes of a tensor mean, as mo's layout flags say it: "nhwc", "[n,h,w,c]", "n...c", "?c??". Letters count as
// OpenVINO's Layout counts them: "n" is the batch and "c" are the channels, in either case.
class AxisLayout {
 public:
  // Throws Error(kInvalidArgument) showing `text`. Fused axes ("n*c") are refused.
  static AxisLayout Parse(std::string_view text);

  // The label of each axis of a tensor of that rank, in capitals; "?" where the layout does not say. Throws
  // Error(kInvalidArgument) where the layout does not fit the rank.
  std::vector<std::string> Labels(int rank) const;
  // As OpenVINO writes it: "[N,H,W,C]".
  std::string ToText() const;

 private:
  std::vector<std::string> front_;
  std::vector<std::string> back_;  // behind "..."
  bool has_gap_ = false;
};

// For each axis of `to` the axis of `from` that has its label; axes without a label are matched in their order. Throws
// Error(kInvalidArgument) where the two do not have the same labels.
std::vector<std::int64_t> AxisOrder(const std::vector<std::string>& from, const std::vector<std::string>& to);

}  // namespace stepwell::converter
