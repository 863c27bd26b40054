#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace stepwell::kernels {

// What becomes of a product on its way to memory: out = clamp(activation(start + sum + addend + bias)), where start is
// 0 or what `out` held. NaN stays NaN.
struct Epilogue {
  enum class Start : std::uint8_t { kZero, kOutput };
  enum class Activation : std::uint8_t { kNone, kSigmoid, kTanh, kGeluErf, kGeluTanh };

  static constexpr float kInfinity = std::numeric_limits<float>::infinity();

  std::span<const float> bias = {};    // [outputs] or empty
  std::span<const float> addend = {};  // [rows, outputs] or empty; Multiply() only
  Activation activation = Activation::kNone;
  float low = -kInfinity;  // a ReLU is low = 0, a clipped one has a `high` too
  float high = kInfinity;
  Start start = Start::kZero;

  bool has_bounds() const { return low > -kInfinity || high < kInfinity; }
};

}  // namespace stepwell::kernels
