#pragma once

#include <limits>
#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

struct Affine {
  std::span<const float> scale;  // [n]
  std::span<const float> shift;  // [n]
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// Over the last axis of x [rows, n]: out = clamp(x * scale + shift, low, high), rounded after the product and after the
// sum. NaN stays NaN. Bits depend on the element alone. Allocates nothing.
void ApplyAffine(std::span<const float> x, const Affine& affine, std::span<float> out,
                 WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
