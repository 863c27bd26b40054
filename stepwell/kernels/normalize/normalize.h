#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// What is done to each row after its mean is taken away.
struct Normalization {
  enum class Scale : std::uint8_t { kVariance, kNone };
  enum class EpsPlace : std::uint8_t { kInsideSqrt, kOutsideSqrt };

  Scale scale = Scale::kVariance;  // kVariance: divided by sqrt(variance + eps), or by sqrt(variance) + eps
  EpsPlace eps_place = EpsPlace::kInsideSqrt;
  float eps = 0;
  std::span<const float> gamma = {};  // [n] or empty: then multiplied by this
  std::span<const float> beta = {};   // [n] or empty: and this is added
};

// Over the last axis of x [rows, n]; out has the same size and may be x itself. The variance is the mean square of what
// differs from the mean. Sums run over fixed blocks in a fixed order, in float within a block of 1024 elements and in
// double beyond, so the bits depend on the row alone. A NaN makes its own row NaN. Allocates nothing.
void Normalize(std::span<const float> x, std::int64_t n, const Normalization& how, std::span<float> out,
               WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
