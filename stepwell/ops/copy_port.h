#pragma once

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops {

// Moves one input into one output as `copy` says, each in one piece or in rows.
void CopyPort(const kernels::StridedCopy& copy, const KernelArgs& args, std::size_t input, std::size_t output,
              std::size_t element_bytes);

// The output's bytes, in one piece or in rows.
kernels::Parts PartsOfOutput(const KernelArgs& args, std::size_t output);

}  // namespace stepwell::ops
