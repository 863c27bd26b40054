#pragma once

#include <memory>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/pad.h"
#include "stepwell/ops/layout/range.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/slice.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/tile.h"
#include "stepwell/ops/layout/transpose.h"

// The kernels of this family. Nothing is computed here, so one kernel serves both sets.
namespace stepwell::ops::layout {

// The bytes of input 0 as they are, for the ops whose result is a view; a plan makes no call of it.
std::unique_ptr<const Kernel> MakeViewKernel(const KernelSite& site);
std::unique_ptr<const Kernel> MakeTransposeKernel(const Transpose& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeConcatKernel(const Concat& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeSplitKernel(const Split& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeVariadicSplitKernel(const VariadicSplit& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeTileKernel(const Tile& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeBroadcastKernel(const Broadcast& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeSliceKernel(const Slice& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeStridedSliceKernel(const StridedSlice& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakePadKernel(const Pad& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeShapeOfKernel(const ShapeOf& op, const KernelSite& site);
std::unique_ptr<const Kernel> MakeRangeKernel(const Range& op, const KernelSite& site);

}  // namespace stepwell::ops::layout
