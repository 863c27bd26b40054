#pragma once

#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// Elementwise over equal spans; out may be x itself. Bits depend on the element alone, and are equal on AVX2 and
// AVX-512. Allocate nothing.
//
// Largest error in ULP (the distance of neighbouring floats at the true value, 2^-149 below the normal numbers), on
// every instruction set, over every float (exhaustive_test.cc): Exp 1, Log 1, Sigmoid 2.5, Tanh 2.5. Over a sample of
// them (activation_test.cc): Erf 7; GeluErf and GeluTanh 4 ULP of x.
//
// Where x grows to the next float, Exp and Log never fall, Sigmoid falls by 1 ULP at most, Tanh by 2. Of NaN all are
// NaN. Subnormal arguments and results are treated as any other numbers, within the same bounds; the kernels assume the
// processor's default mode, which does not flush them. The limits:
//   Exp      0 from -infinity to -103.98; infinity from 88.72284 on, where e^x exceeds the largest float; 1 at +-0
//   Log      -infinity at +-0, NaN below, infinity at infinity
//   Sigmoid  0 from -infinity to -103.98; 1 from 16.64 on; within [0, 1] everywhere
//   Tanh     +-1 beyond +-9.011; within [-1, 1] everywhere; odd: Tanh(-x) has the bits of -Tanh(x), zeros included
void Exp(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void Log(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void Sigmoid(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void Tanh(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void Erf(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
// x/2 * (1 + erf(x / sqrt 2)) and x/2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
void GeluErf(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
void GeluTanh(std::span<const float> x, std::span<float> out, WorkerTeam& team = WorkerTeam::Shared());
// The nearest value of [low, high]; a ReLU is Clamp with low = 0 and high = infinity.
void Clamp(std::span<const float> x, float low, float high, std::span<float> out,
           WorkerTeam& team = WorkerTeam::Shared());

}  // namespace stepwell::kernels
