#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::audio {

// The discrete Fourier transform of real data along one axis: bins k = 0 .. n/2 of sum over m of
// x[m] * exp(-2 pi i k m / n). Inputs: data, axes (integers; one axis is supported), and the length n (as many integers
// as axes; -1 or absent: the axis' extent), to which data is cut or filled up with zeros. The result has n/2 + 1 in the
// axis' place and a new last axis [2]: real and imaginary part. OpenVINO's RDFT-9.
struct Rdft final : ir::OpOf<Rdft> {
  static constexpr std::string_view kName = "RDFT";
  static constexpr std::string_view kOpset = "opset9";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::audio
