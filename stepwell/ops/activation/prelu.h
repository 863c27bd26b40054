#pragma once

#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::activation {

// y = x where x >= 0, slope * x elsewhere; floats. Inputs: x; slope, which broadcasts to x as NumPy does, but a vector
// as long as axis 1 of x lies along that axis. OpenVINO's PRelu-1.
struct PRelu final : ir::OpOf<PRelu> {
  static constexpr std::string_view kName = "PReLU";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

// The slope's shape with axes of 1 where it needs them to broadcast as NumPy does. Ranks must be known.
Shape SlopeShape(const Shape& slope, const Shape& x);

}  // namespace stepwell::ops::activation
