#pragma once

#include <span>

#include "stepwell/base/parallel.h"

namespace stepwell::kernels {

// Elementwise over equal spans; out may be x itself. Bits depend on the element alone. NaN stays NaN. Largest error, in
// units of the last place of the true value, over all floats (activation_test.cc): Exp 1, Log 1, Sigmoid 2.5, Tanh 2.5,
// Erf 7; of GeluErf and GeluTanh in units of the last place of x: 4. Allocate nothing.
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
