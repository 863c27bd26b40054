#pragma once

#include <string_view>

#include "stepwell/base/tensor.h"
#include "stepwell/kernels/conv/conv2d.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::ops::conv {

// What a kernel computes for x [batch, channels, spatial...] and weights [outputs, channels, taps...] or, with one axis
// more, [groups, outputs, channels, taps...]. One spatial axis counts as the width of an image one pixel high. Throws
// Error(kUnsupported), naming `op`, for other types than f32 and for more spatial axes than two.
kernels::Conv2dShape ImageShapeOf(std::string_view op, const Window& window, const TensorType& x, const Shape& weights);

}  // namespace stepwell::ops::conv
