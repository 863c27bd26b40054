#pragma once

#include <vector>

#include "stepwell/base/cpu_features.h"

namespace stepwell::kernels {

// Every kernel calls this before it picks its variant; the first call settles on ChosenIsa().
void SettleIsa();

// The variant that kernels use from now on; for tests and benchmarks, while no kernel runs. Must not be more than
// MachineIsa().
void ForceIsa(Isa isa);

// What kernels use now.
Isa CurrentIsa();

// All that this machine can run, the plainest first.
std::vector<Isa> RunnableIsas();

}  // namespace stepwell::kernels
