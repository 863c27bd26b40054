#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// Windows over images [images, height, width, channels]; channels-first data is the same with images = batch * channels
// and channels = 1.
struct Pool2dShape {
  // Along one spatial axis. The last window may reach beyond the end padding.
  struct Axis {
    std::int64_t input = 1;
    std::int64_t output = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t pad_begin = 0;
  };
  std::int64_t images = 1;
  std::int64_t channels = 1;
  Axis height, width;
};

enum class PoolFunction : std::uint8_t {
  kMax,           // over what lies inside; the lowest float where nothing does
  kMean,          // over what lies inside; NaN where nothing does
  kMeanWithPads,  // what lies outside counts as zeros
};

// Bits depend on the window alone. Allocates nothing.
void Pool2d(const Pool2dShape& shape, PoolFunction function, std::span<const float> x, std::span<float> out,
            WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
