#pragma once

#include "stepwell/base/parallel.h"
#include "stepwell/ops/layout/copy_kernel.h"

namespace stepwell::ops::layout {

// Copies between a whole dense tensor and a dense part of it that spans `stretch` of one axis.
kernels::StridedCopy TakeStretch(const Shape& whole, int axis, const stepwell::Range& stretch);
kernels::StridedCopy PutStretch(const Shape& whole, int axis, const stepwell::Range& stretch);

}  // namespace stepwell::ops::layout
