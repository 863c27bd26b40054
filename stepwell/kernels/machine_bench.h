#pragma once

#include <cstdint>

#include "stepwell/base/parallel.h"

// What the machine can do at most, measured with the instructions that the kernels use.
namespace stepwell::kernels {

// Bytes that the team reads per second from a block of that size, each member its own part of it: with 256 MB from
// memory, with a few from the shared cache. The best of several passes.
double MeasureReading(WorkerTeam& team, std::int64_t block_bytes);

// Floating-point operations per second of chains of multiply-adds in registers; a multiply-add counts as two.
double MeasureArithmetic(WorkerTeam& team);

}  // namespace stepwell::kernels
