#pragma once

#include <cstdint>
#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// Over the last axis of x [rows, n]; out has the same size and may be x itself. The largest element of each row is
// subtracted first. Sums run over fixed blocks in a fixed order, so the bits depend on the row alone, not on the number
// of rows or threads. A NaN makes its own row NaN. Allocates nothing.
void Softmax(std::span<const float> x, std::int64_t n, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void LogSoftmax(std::span<const float> x, std::int64_t n, std::span<float> out,
                WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
