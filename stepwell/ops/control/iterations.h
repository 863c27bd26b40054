#pragma once

#include "stepwell/base/parallel.h"
#include "stepwell/ir/subgraph.h"

namespace stepwell::ops::control {

// How many slices a tensor of that extent along the slicing's axis gives; kDynamic for a dynamic extent. Start and end
// are both included. Throws Error(kInvalidModel) when they do not lie inside, or the slices do not fit between them.
Dim NumSlices(const ir::SubgraphOp::Slicing& slicing, Dim extent);

// The elements of slice `iteration` of `count` along its axis, of a tensor of that extent. A negative stride starts
// with the last ones.
stepwell::Range SliceOf(const ir::SubgraphOp::Slicing& slicing, Dim extent, Dim iteration, Dim count);

}  // namespace stepwell::ops::control
