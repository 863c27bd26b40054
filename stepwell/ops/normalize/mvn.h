#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::normalize {

// y = (x - mean) / sqrt(variance + eps), mean and variance taken over some axes of x; or divided by sqrt(variance) +
// eps; or, without `normalize_variance`, not divided. Inputs: x, floats; the axes, constant integers counted from the
// end where negative. OpenVINO's MVN-6. MVN-2 has no input of axes: they are all but the first (with
// `across_channels`), or all but the first two; its eps is inside of the root.
struct Mvn final : ir::OpOf<Mvn> {
  static constexpr std::string_view kName = "MVN";
  static constexpr std::string_view kOpset = "opset6";

  enum class EpsMode : std::uint8_t { kOfOpset2, kInsideSqrt, kOutsideSqrt };

  float eps = 0;
  bool normalize_variance = true;
  EpsMode eps_mode = EpsMode::kInsideSqrt;  // the attribute that MVN-2 does not have
  bool across_channels = false;             // MVN-2 only

  std::string_view opset() const override { return eps_mode == EpsMode::kOfOpset2 ? "opset2" : kOpset; }
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    static constexpr std::array<std::string_view, 3> kEpsModes = {"", "INSIDE_SQRT", "OUTSIDE_SQRT"};
    constexpr bool kReads = !std::is_const_v<std::remove_reference_t<decltype(self)>>;
    field("eps", self.eps);
    field("normalize_variance", self.normalize_variance);
    if constexpr (kReads) self.eps_mode = EpsMode::kOfOpset2;  // until it is found
    if (kReads || self.eps_mode != EpsMode::kOfOpset2) ir::EnumField(field, "eps_mode", self.eps_mode, kEpsModes);
    if (self.eps_mode == EpsMode::kOfOpset2) field("across_channels", self.across_channels);
  }
};

// The axes of MVN-2, ascending.
std::vector<int> AxesOfOpset2(const Mvn& op, int rank);

}  // namespace stepwell::ops::normalize
