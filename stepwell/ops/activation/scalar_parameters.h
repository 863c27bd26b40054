#pragma once

#include <vector>

#include "stepwell/ir/op.h"

namespace stepwell::ops::activation {

// The result of y = f(x, parameters), element by element: the type of input 0. Throws Error(kInvalidModel) unless x and
// the parameters are floats of one type, there are `least` to `most` parameters, and each has one element.
std::vector<TensorType> InferWithScalars(std::string_view name, const ir::InferContext& inputs, int least, int most);

}  // namespace stepwell::ops::activation
