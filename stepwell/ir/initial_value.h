#pragma once

#include "stepwell/base/tensor.h"
#include "stepwell/ir/graph.h"

namespace stepwell::ir {

// The value that a state of the (static) type starts from: zeros, or its initial value, repeated along each dimension
// where that has extent 1 and the type more. Throws Error(kInvalidArgument) where it does not fit.
Tensor InitialValue(const StateVar& state, const TensorType& type);

}  // namespace stepwell::ir
