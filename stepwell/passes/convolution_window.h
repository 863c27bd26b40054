#pragma once

#include <memory>

#include "stepwell/ir/op.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::passes {

// The window of a Convolution or GroupConvolution; null for other ops.
const ops::conv::Window* ConvolutionWindow(const ir::Op& op);
// The same convolution with another window.
std::shared_ptr<const ir::Op> WithWindow(const ir::Op& op, ops::conv::Window window);

}  // namespace stepwell::passes
